;; Shrinks a picture to half its sides. See workers/kernels/README.md.
(module
  (memory (export "memory") 1)

  ;; Each of the $width x $height RGB pixels from $target on becomes the rounded average of 2 x 2 of the RGB picture at $source,
  ;; whose rows have $rowBytes bytes. Up to 10 bytes are read beyond its end, and up to 5 written beyond that of the target.
  (func (export "halve")
    (param $source i32) (param $rowBytes i32) (param $target i32) (param $width i32) (param $height i32)
    (local $at i32) (local $to i32) (local $left i32)
    (local $upper v128) (local $lower v128) (local $low v128) (local $high v128)
    (loop $rows
      (local.set $at (local.get $source))
      (local.set $to (local.get $target))
      (local.set $left (local.get $width))
      (loop $pixels
        ;; Four pixels of two rows, added: eight numbers in $low, the other four in $high.
        (local.set $upper (v128.load (local.get $at)))
        (local.set $lower (v128.load (i32.add (local.get $at) (local.get $rowBytes))))
        (local.set $low (i16x8.add
          (i16x8.extend_low_i8x16_u (local.get $upper)) (i16x8.extend_low_i8x16_u (local.get $lower))))
        (local.set $high (i16x8.add
          (i16x8.extend_high_i8x16_u (local.get $upper)) (i16x8.extend_high_i8x16_u (local.get $lower))))
        ;; The first and third of the four, and the second and fourth.
        (local.set $low (i16x8.shr_u
          (i16x8.add
            (i16x8.add
              (i8x16.shuffle 0 1 2 3 4 5 12 13 14 15 16 17 0 0 0 0 (local.get $low) (local.get $high))
              (i8x16.shuffle 6 7 8 9 10 11 18 19 20 21 22 23 0 0 0 0 (local.get $low) (local.get $high)))
            (v128.const i16x8 2 2 2 2 2 2 2 2))
          (i32.const 2)))
        (v128.store64_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
        (local.set $at (i32.add (local.get $at) (i32.const 12)))
        (local.set $to (i32.add (local.get $to) (i32.const 6)))
        (local.set $left (i32.sub (local.get $left) (i32.const 2)))
        (br_if $pixels (i32.gt_s (local.get $left) (i32.const 0))))
      (local.set $source (i32.add (local.get $source) (i32.mul (local.get $rowBytes) (i32.const 2))))
      (local.set $target (i32.add (local.get $target) (i32.mul (local.get $width) (i32.const 3))))
      (br_if $rows (local.tee $height (i32.sub (local.get $height) (i32.const 1)))))))
