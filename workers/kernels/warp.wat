;; Bilinear samples of a picture along a similarity transform, averaged. See workers/kernels/README.md.
(module
  (memory (export "memory") 1)

  ;; Fills $target with $side x $side RGB pixels from the RGB picture at byte 0, whose rows have $rowBytes bytes. Each is the
  ;; average of $samples x $samples samples. ($x, $y) is the first sample and ($dx, $dy) the way to the next in its row,
  ;; (-$dy, $dx) the way to the next row, in pixels with 16 bits after the point. Every sample has its four neighbours in the
  ;; picture, and two bytes may be read beyond the last of them.
  (func (export "warp")
    (param $rowBytes i32) (param $target i32) (param $side i32) (param $samples i32)
    (param $x i32) (param $y i32) (param $dx i32) (param $dy i32)
    (local $row i32) (local $column i32) (local $i i32) (local $j i32)
    (local $px i32) (local $py i32) (local $sx i32) (local $sy i32) (local $ix i32) (local $iy i32) (local $at i32)
    (local $mix v128) (local $sum v128) (local $share f32)
    (local.set $share (f32.div (f32.const 1)
      (f32.convert_i32_s (i32.mul (i32.const 65536) (i32.mul (local.get $samples) (local.get $samples))))))
    (loop $rows
      (local.set $px (local.get $x))
      (local.set $py (local.get $y))
      (local.set $column (i32.const 0))
      (loop $columns
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $sx (local.get $px))
        (local.set $sy (local.get $py))
        (local.set $j (local.get $samples))
        (loop $down
          (local.set $ix (local.get $sx))
          (local.set $iy (local.get $sy))
          (local.set $i (local.get $samples))
          (loop $across
            (local.set $at (i32.add
              (i32.mul (i32.shr_s (local.get $iy) (i32.const 16)) (local.get $rowBytes))
              (i32.mul (i32.shr_s (local.get $ix) (i32.const 16)) (i32.const 3))))
            ;; Both pixels of the upper row and of the lower one, mixed by the fraction of y: at most 255 * 256 each.
            (local.set $mix (i16x8.add
              (i16x8.mul
                (i16x8.extend_low_i8x16_u (v128.load64_zero (local.get $at)))
                (i16x8.splat (i32.sub (i32.const 256) (i32.and (i32.shr_u (local.get $iy) (i32.const 8)) (i32.const 255)))))
              (i16x8.mul
                (i16x8.extend_low_i8x16_u (v128.load64_zero (i32.add (local.get $at) (local.get $rowBytes))))
                (i16x8.splat (i32.and (i32.shr_u (local.get $iy) (i32.const 8)) (i32.const 255))))))
            ;; The left pixel and the right one, mixed by the fraction of x.
            (local.set $sum (i32x4.add (local.get $sum) (i32x4.add
              (i32x4.mul
                (i32x4.extend_low_i16x8_u (local.get $mix))
                (i32x4.splat (i32.sub (i32.const 256) (i32.and (i32.shr_u (local.get $ix) (i32.const 8)) (i32.const 255)))))
              (i32x4.mul
                (i32x4.extend_low_i16x8_u
                  (i8x16.shuffle 6 7 8 9 10 11 12 13 0 0 0 0 0 0 0 0 (local.get $mix) (local.get $mix)))
                (i32x4.splat (i32.and (i32.shr_u (local.get $ix) (i32.const 8)) (i32.const 255)))))))
            (local.set $ix (i32.add (local.get $ix) (local.get $dx)))
            (local.set $iy (i32.add (local.get $iy) (local.get $dy)))
            (br_if $across (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
          (local.set $sx (i32.sub (local.get $sx) (local.get $dy)))
          (local.set $sy (i32.add (local.get $sy) (local.get $dx)))
          (br_if $down (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
        (local.set $sum (i32x4.trunc_sat_f32x4_u (f32x4.add
          (f32x4.mul (f32x4.convert_i32x4_u (local.get $sum)) (f32x4.splat (local.get $share)))
          (f32x4.splat (f32.const 0.5)))))
        (i32.store8 (local.get $target) (i32x4.extract_lane 0 (local.get $sum)))
        (i32.store8 offset=1 (local.get $target) (i32x4.extract_lane 1 (local.get $sum)))
        (i32.store8 offset=2 (local.get $target) (i32x4.extract_lane 2 (local.get $sum)))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (local.set $px (i32.add (local.get $px) (i32.mul (local.get $dx) (local.get $samples))))
        (local.set $py (i32.add (local.get $py) (i32.mul (local.get $dy) (local.get $samples))))
        (local.set $column (i32.add (local.get $column) (i32.const 1)))
        (br_if $columns (i32.lt_u (local.get $column) (local.get $side))))
      (local.set $x (i32.sub (local.get $x) (i32.mul (local.get $dy) (local.get $samples))))
      (local.set $y (i32.add (local.get $y) (i32.mul (local.get $dx) (local.get $samples))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $row) (local.get $side))))))
