;; For each descriptor of either picture the nearest one of the other and the distances of the two nearest, in one pass
;; over all pairs. Results are triples of i32 (index, distance, second distance), to be set to (-1, max, max) before.
;; `bytes` is the length of a descriptor: a multiple of 8 for hamming, of 16 (8 numbers of 16 bits) for euclidean.
(module
  (memory (export "memory") 1)

  (func $enter (param $entry i32) (param $index i32) (param $distance i32)
    (if (i32.lt_s (local.get $distance) (i32.load offset=8 (local.get $entry)))
      (then
        (if (i32.lt_s (local.get $distance) (i32.load offset=4 (local.get $entry)))
          (then
            (i32.store offset=8 (local.get $entry) (i32.load offset=4 (local.get $entry)))
            (i32.store offset=4 (local.get $entry) (local.get $distance))
            (i32.store (local.get $entry) (local.get $index)))
          (else (i32.store offset=8 (local.get $entry) (local.get $distance)))))))

  (func (export "hamming")
    (param $a i32) (param $countA i32) (param $b i32) (param $countB i32) (param $bytes i32) (param $outA i32) (param $outB i32)
    (local $i i32) (local $j i32) (local $q i32) (local $k i32) (local $entry i32) (local $distance i32)
    (loop $rows
      (local.set $q (local.get $b))
      (local.set $entry (local.get $outB))
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $distance (i32.const 0))
        (local.set $k (i32.const 0))
        (loop $words
          (local.set $distance (i32.add (local.get $distance) (i32.wrap_i64 (i64.popcnt (i64.xor
            (i64.load (i32.add (local.get $a) (local.get $k)))
            (i64.load (i32.add (local.get $q) (local.get $k))))))))
          (br_if $words (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 8))) (local.get $bytes))))
        (call $enter (local.get $outA) (local.get $j) (local.get $distance))
        (call $enter (local.get $entry) (local.get $i) (local.get $distance))
        (local.set $q (i32.add (local.get $q) (local.get $bytes)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $countB))))
      (local.set $a (i32.add (local.get $a) (local.get $bytes)))
      (local.set $outA (i32.add (local.get $outA) (i32.const 12)))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $countA)))))

  (func (export "euclidean")
    (param $a i32) (param $countA i32) (param $b i32) (param $countB i32) (param $bytes i32) (param $outA i32) (param $outB i32)
    (local $i i32) (local $j i32) (local $q i32) (local $k i32) (local $entry i32) (local $distance i32)
    (local $difference v128) (local $sum v128)
    (loop $rows
      (local.set $q (local.get $b))
      (local.set $entry (local.get $outB))
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $k (i32.const 0))
        (loop $lanes
          (local.set $difference (i16x8.sub
            (v128.load (i32.add (local.get $a) (local.get $k)))
            (v128.load (i32.add (local.get $q) (local.get $k)))))
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s (local.get $difference) (local.get $difference))))
          (br_if $lanes (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 16))) (local.get $bytes))))
        (local.set $distance (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
          (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
        (call $enter (local.get $outA) (local.get $j) (local.get $distance))
        (call $enter (local.get $entry) (local.get $i) (local.get $distance))
        (local.set $q (i32.add (local.get $q) (local.get $bytes)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $countB))))
      (local.set $a (i32.add (local.get $a) (local.get $bytes)))
      (local.set $outA (i32.add (local.get $outA) (i32.const 12)))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $countA))))))
