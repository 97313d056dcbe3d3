;; Work on bands of rows of numbers (f32), four at a time. A row takes `stride` bytes, a multiple of 16 and at least four
;; times `width`; what is written beyond `width` means nothing. A band to read begins as many rows above the first row of
;; the result as the work reaches, and ends as many below the last.
(module
  (memory (export "memory") 1)

  ;; The number at the end of a row of `width` numbers repeated on either side of it, `count` times.
  (func $pad (param $row i32) (param $width i32) (param $count i32)
    (local $left i32) (local $right i32) (local $first f32) (local $last f32)
    (local.set $left (local.get $row))
    (local.set $right (i32.add (local.get $row) (i32.shl (local.get $width) (i32.const 2))))
    (local.set $first (f32.load (local.get $row)))
    (local.set $last (f32.load (i32.sub (local.get $right) (i32.const 4))))
    (loop $next
      (local.set $left (i32.sub (local.get $left) (i32.const 4)))
      (f32.store (local.get $left) (local.get $first))
      (f32.store (local.get $right) (local.get $last))
      (local.set $right (i32.add (local.get $right) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Symmetric, separable kernel: taps[0] for the middle, taps[1..radius] for either side. `row` is room for one row with
  ;; `radius` numbers and 16 bytes on either side.
  (func (export "blur")
    (param $in i32) (param $out i32) (param $row i32) (param $taps i32) (param $radius i32) (param $width i32) (param $rows i32) (param $stride i32)
    (local $here i32) (local $x i32) (local $k i32) (local $away i32) (local $sum v128)
    (local.set $here (i32.add (local.get $in) (i32.mul (local.get $radius) (local.get $stride))))
    (loop $down
      (local.set $x (i32.const 0))
      (loop $across
        (local.set $sum (f32x4.mul (v128.load32_splat (local.get $taps)) (v128.load (i32.add (local.get $here) (local.get $x)))))
        (local.set $k (i32.const 1))
        (local.set $away (local.get $stride))
        (loop $reach
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul
            (v128.load32_splat (i32.add (local.get $taps) (i32.shl (local.get $k) (i32.const 2))))
            (f32x4.add
              (v128.load (i32.add (i32.sub (local.get $here) (local.get $away)) (local.get $x)))
              (v128.load (i32.add (i32.add (local.get $here) (local.get $away)) (local.get $x)))))))
          (local.set $away (i32.add (local.get $away) (local.get $stride)))
          (br_if $reach (i32.le_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $radius))))
        (v128.store (i32.add (local.get $row) (local.get $x)) (local.get $sum))
        (br_if $across (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $stride))))
      (call $pad (local.get $row) (local.get $width) (local.get $radius))
      (local.set $x (i32.const 0))
      (loop $across
        (local.set $sum (f32x4.mul (v128.load32_splat (local.get $taps)) (v128.load (i32.add (local.get $row) (local.get $x)))))
        (local.set $k (i32.const 1))
        (local.set $away (i32.const 4))
        (loop $reach
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul
            (v128.load32_splat (i32.add (local.get $taps) (i32.shl (local.get $k) (i32.const 2))))
            (f32x4.add
              (v128.load (i32.sub (i32.add (local.get $row) (local.get $x)) (local.get $away)))
              (v128.load (i32.add (i32.add (local.get $row) (local.get $x)) (local.get $away)))))))
          (local.set $away (i32.add (local.get $away) (i32.const 4)))
          (br_if $reach (i32.le_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $radius))))
        (v128.store (i32.add (local.get $out) (local.get $x)) (local.get $sum))
        (br_if $across (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $stride))))
      (local.set $here (i32.add (local.get $here) (local.get $stride)))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (br_if $down (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; The least of 3 x 3 numbers of one band and the greatest of 3 x 3 numbers of another (which may be the same). `low` and
  ;; `high` are room for one row with 16 bytes on either side.
  (func (export "extremes")
    (param $lows i32) (param $highs i32) (param $least i32) (param $most i32) (param $low i32) (param $high i32) (param $width i32) (param $rows i32) (param $stride i32)
    (local $x i32) (local $at i32)
    (loop $down
      (local.set $x (i32.const 0))
      (loop $across
        (local.set $at (i32.add (local.get $lows) (local.get $x)))
        (v128.store (i32.add (local.get $low) (local.get $x)) (f32x4.pmin
          (v128.load (local.get $at))
          (f32x4.pmin
            (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))
            (v128.load (i32.add (local.get $at) (local.get $stride))))))
        (local.set $at (i32.add (local.get $highs) (local.get $x)))
        (v128.store (i32.add (local.get $high) (local.get $x)) (f32x4.pmax
          (v128.load (local.get $at))
          (f32x4.pmax
            (v128.load (local.tee $at (i32.add (local.get $at) (local.get $stride))))
            (v128.load (i32.add (local.get $at) (local.get $stride))))))
        (br_if $across (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $stride))))
      (call $pad (local.get $low) (local.get $width) (i32.const 1))
      (call $pad (local.get $high) (local.get $width) (i32.const 1))
      (local.set $x (i32.const 0))
      (loop $across
        (local.set $at (i32.add (local.get $low) (local.get $x)))
        (v128.store (i32.add (local.get $least) (local.get $x)) (f32x4.pmin
          (v128.load (i32.sub (local.get $at) (i32.const 4)))
          (f32x4.pmin (v128.load (local.get $at)) (v128.load offset=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $high) (local.get $x)))
        (v128.store (i32.add (local.get $most) (local.get $x)) (f32x4.pmax
          (v128.load (i32.sub (local.get $at) (i32.const 4)))
          (f32x4.pmax (v128.load (local.get $at)) (v128.load offset=4 (local.get $at)))))
        (br_if $across (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $stride))))
      (local.set $lows (i32.add (local.get $lows) (local.get $stride)))
      (local.set $highs (i32.add (local.get $highs) (local.get $stride)))
      (local.set $least (i32.add (local.get $least) (local.get $stride)))
      (local.set $most (i32.add (local.get $most) (local.get $stride)))
      (br_if $down (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))))
