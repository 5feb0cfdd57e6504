;; Exact search of the gallery, eight numbers of 16 bits at a time. See workers/kernels/README.md.
(module
  (import "gallery" "memory" (memory 1 65535 shared))

  ;; The first row from $row on whose squared Euclidean distance to the probe is below $limit; $end if there is none.
  ;; All places are bytes of the memory; $vectorBytes is a multiple of 32. Behind a row's numbers lie three words of no
  ;; interest here, then its scale (f32) and the sum of its squares (i32). $squared is the probe's squared length,
  ;; $twice its scale times two.
  (func (export "nextBelow")
    (param $row i32) (param $end i32) (param $rowBytes i32) (param $probe i32) (param $vectorBytes i32)
    (param $squared f64) (param $twice f64) (param $limit f64)
    (result i32)
    (local $stop i32) (local $at i32) (local $with i32) (local $scale f64)
    (local $s0 v128) (local $s1 v128)
    (block $none
      (loop $rows
        (br_if $none (i32.ge_u (local.get $row) (local.get $end)))
        (local.set $s0 (v128.const i32x4 0 0 0 0))
        (local.set $s1 (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $row))
        (local.set $with (local.get $probe))
        (local.set $stop (i32.add (local.get $row) (local.get $vectorBytes)))
        (loop $numbers
          (local.set $s0 (i32x4.add (local.get $s0)
            (i32x4.dot_i16x8_s (v128.load (local.get $at)) (v128.load (local.get $with)))))
          (local.set $s1 (i32x4.add (local.get $s1)
            (i32x4.dot_i16x8_s (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $with)))))
          (local.set $with (i32.add (local.get $with) (i32.const 32)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $numbers (i32.lt_u (local.get $at) (local.get $stop))))
        (local.set $s0 (i32x4.add (local.get $s0) (local.get $s1)))
        (local.set $scale (f64.promote_f32 (f32.load offset=12 (local.get $stop))))
        (if (f64.lt
              (f64.sub
                (f64.add
                  (local.get $squared)
                  (f64.mul
                    (f64.mul (local.get $scale) (local.get $scale))
                    (f64.convert_i32_s (i32.load offset=16 (local.get $stop)))))
                (f64.mul
                  (f64.mul (local.get $twice) (local.get $scale))
                  (f64.convert_i32_s (i32.add
                    (i32.add (i32x4.extract_lane 0 (local.get $s0)) (i32x4.extract_lane 1 (local.get $s0)))
                    (i32.add (i32x4.extract_lane 2 (local.get $s0)) (i32x4.extract_lane 3 (local.get $s0)))))))
              (local.get $limit))
          (then (return (local.get $row))))
        (local.set $row (i32.add (local.get $row) (local.get $rowBytes)))
        (br $rows)))
    (local.get $end)))
