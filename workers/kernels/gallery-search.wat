;; Exact search of the gallery, four numbers at a time. See workers/kernels/README.md.
(module
  (import "gallery" "memory" (memory 1 65535 shared))

  ;; The first row from $row on whose squared Euclidean distance to the probe is below $limit; $end if there is none.
  ;; All places are bytes of the memory; $vectorBytes is a multiple of 64.
  (func (export "nextBelow")
    (param $row i32) (param $end i32) (param $rowBytes i32) (param $probe i32) (param $vectorBytes i32) (param $limit f32)
    (result i32)
    (local $left i32) (local $at i32) (local $with i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128) (local $d v128)
    (block $none
      (loop $rows
        (br_if $none (i32.ge_u (local.get $row) (local.get $end)))
        (local.set $s0 (v128.const i32x4 0 0 0 0))
        (local.set $s1 (v128.const i32x4 0 0 0 0))
        (local.set $s2 (v128.const i32x4 0 0 0 0))
        (local.set $s3 (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $row))
        (local.set $with (local.get $probe))
        (local.set $left (local.get $vectorBytes))
        (loop $numbers
          (local.set $d (f32x4.sub (v128.load (local.get $at)) (v128.load (local.get $with))))
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $d) (local.get $d))))
          (local.set $d (f32x4.sub (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $with))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $d) (local.get $d))))
          (local.set $d (f32x4.sub (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $with))))
          (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $d) (local.get $d))))
          (local.set $d (f32x4.sub (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $with))))
          (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $d) (local.get $d))))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (local.set $with (i32.add (local.get $with) (i32.const 64)))
          (local.set $left (i32.sub (local.get $left) (i32.const 64)))
          (br_if $numbers (local.get $left)))
        (local.set $d (f32x4.add
          (f32x4.add (local.get $s0) (local.get $s1))
          (f32x4.add (local.get $s2) (local.get $s3))))
        (if (f32.lt
              (f32.add
                (f32.add (f32x4.extract_lane 0 (local.get $d)) (f32x4.extract_lane 1 (local.get $d)))
                (f32.add (f32x4.extract_lane 2 (local.get $d)) (f32x4.extract_lane 3 (local.get $d))))
              (local.get $limit))
          (then (return (local.get $row))))
        (local.set $row (i32.add (local.get $row) (local.get $rowBytes)))
        (br $rows)))
    (local.get $end)))
