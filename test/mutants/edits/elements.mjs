/** Faults for elementwise kernels, reductions, softmax, losses and the functions that they share. A row: see products.mjs. */
export const edits = {
  "assembly/elementwise/activation.ts": [
    ["v128.and(dy, f32x4.gt(y, f32x4.splat(0)))", "v128.and(dy, f32x4.ge(y, f32x4.splat(0)))", "comparison"],
    [
      "select(dy, f32x4.mul(dy, a), f32x4.gt(y, f32x4.splat(0)))",
      "select(dy, f32x4.mul(dy, a), f32x4.ge(y, f32x4.splat(0)))",
      "comparison",
    ],
    ["f32x4.lt(y, one())", "f32x4.le(y, one())", "comparison"],
    ["f32x4.mul(dy, f32x4.add(y, a))", "f32x4.mul(dy, y)", "term left out"],
    ["f32x4.add(y, constant(SELU_SCALE, 1))", "f32x4.add(y, constant(SELU_SCALE, 0))", "wrong constant"],
    ["f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), one())", "f32x4.pmax(line, f32x4.splat(0))", "clamp missing"],
  ],
  "assembly/elementwise/activate.ts": [
    [
      "backwardRange<Elu>(dx, dy, y, n, accumulate, a, a);",
      "backwardRange<Selu>(dx, dy, y, n, accumulate, a, a);",
      "another's gradient",
    ],
    ["forwardRange<Softplus>(y, x, n, a, a);", "forwardRange<Relu>(y, x, n, a, a);", "another's function"],
  ],
  "assembly/elementwise/activations.ts": [
    ["madd(x, density, normalCdfv(x, gaussian))", "normalCdfv(x, gaussian)", "term left out"],
    ["f32x4.mul(s, madd(x, f32x4.sub(one(), s), one()))", "s", "term left out"],
  ],
  "assembly/elementwise/bias.ts": [
    ["      accumulate = 1;\n", "", "= for +="],
    ["      storeLanes(y, f32x4.add(loadLanes(y, n), loadLanes(p, n)), n);\n", "", "tail skipped"],
    ["  if (rows == 0 && dBias && !accumulate) memory.fill(sums, 0, (<usize>width) << 2);\n", "", "no rows"],
    ["for (let r = 1; r < rows; r++)", "for (let r = 1; r < rows - 1; r++)", "last row"],
    ["const count = min(step, end - r);", "const count = step;", "share boundary"],
    ["shareEnd(columns, rows, 16) - start", "shareEnd(columns, rows, 4) - start", "share boundary"],
  ],
  "assembly/elementwise/binary.ts": [
    [
      "broadcast<ComparisonRows>(f, out, 0, a, b, box, 0);",
      "broadcast<ComparisonRows>(f, out, 0, b, a, box, 0);",
      "operands swapped",
    ],
    [
      "broadcast<FurtherRows>(f, out, g, a, b, box, accumulate);",
      "broadcast<FurtherRows>(f, out, g, a, b, box, 0);",
      "= for +=",
    ],
  ],
  "assembly/elementwise/binaryFunctions.ts": [
    ["v128.and(g, f32x4.gt(a, b))", "v128.and(g, f32x4.ge(a, b))", "ties"],
    ["v128.and(g, f32x4.lt(a, b))", "v128.and(g, f32x4.le(a, b))", "ties"],
    ["f32x4.le(a, b)", "f32x4.lt(a, b)", "comparison"],
    ["i32x4.le_s(a, b)", "i32x4.lt_s(a, b)", "comparison"],
    ["f32x4.neg(f32x4.div(f32x4.mul(g, a), b))", "f32x4.div(f32x4.mul(g, a), b)", "sign"],
  ],
  "assembly/elementwise/binaryRow.ts": [
    ["      r1 = f32x4.add(r1, v128.load(out, 16));\n", "", "= for +="],
    ["      a1 = v128.load(a, 16);\n", "", "operand not advanced"],
    ["      g1 = v128.load(g, 16);\n", "", "operand not advanced"],
    ["putLanes(out, r, accumulate, lanes);", "putLanes(out, r, 0, lanes);", "= for +="],
    ["return row<LessEqual>(", "return row<Less>(", "comparison"],
    ["return row<LessEqualInt32>(", "return row<LessInt32>(", "comparison"],
  ],
  "assembly/elementwise/box.ts": [
    ["if (d1 >= 16) return 1;", "if (d1 >= 16) return 2;", "axis", "which axis the threads cut decides no value"],
  ],
  "assembly/elementwise/broadcast.ts": [
    ["  if (g) g += first;\n", "", "pointer not advanced"],
    ["rowB += <usize>b2 << 2;", "rowB += <usize>a2 << 2;", "wrong stride"],
    [
      "b += <usize>(start * alongAxis(axis, b0, b1, b2, b3)) << 2;",
      "b += <usize>(start * alongAxis(axis, a0, a1, a2, a3)) << 2;",
      "wrong stride",
    ],
    ["const n2 = axis == 2 ? count : d2;", "const n2 = d2;", "share boundary"],
  ],
  "assembly/elementwise/fill.ts": [["for (; i < end; i++) store", "for (; i < end - 1; i++) store", "tail skipped"]],
  "assembly/elementwise/map.ts": [
    ["      r1 = f32x4.add(r1, v128.load(dx, 16));\n", "", "= for +="],
    ["    saved += 32;\n", "", "pointer not advanced"],
    ["v128.store(y, y1, 16);", "v128.store(y, y0, 16);", "registers swapped"],
    [
      "backwardRange<F>(dx + o, dy + o, saved + o, count, accumulate, a, b);",
      "backwardRange<F>(dx + o, dy + o, saved, count, accumulate, a, b);",
      "pointer not advanced",
    ],
  ],
  "assembly/elementwise/power.ts": [
    ["f64x2.splat(exponent - 1)", "f64x2.splat(exponent)", "power"],
    ["  else if (exponent == 0) fill(y, 1, n);\n", "", "special exponent"],
    ["f32x4.neg(f32x4.div(dy, f32x4.mul(x, x)))", "f32x4.div(dy, f32x4.mul(x, x))", "sign"],
  ],
  "assembly/elementwise/unary.ts": [
    ["f32x4.ge(x, a)", "f32x4.gt(x, a)", "comparison"],
    ["f32x4.le(x, b)", "f32x4.lt(x, b)", "comparison"],
    ["v128.and(signed, f32x4.ne(x, f32x4.splat(0)))", "signed", "gradient at 0"],
    ["f32x4.pmin(f32x4.pmax(x, a), b)", "f32x4.pmax(x, a)", "clamp missing"],
  ],
  "assembly/elementwise/where.ts": [
    [
      "const mask = v128.xor(f32x4.ne(loadLanes(condition + o, left), zero), turn);",
      "const mask = f32x4.ne(loadLanes(condition + o, left), zero);",
      "tail",
    ],
    ["    if (accumulate) r = f32x4.add(r, v128.load(dX + o));\n", "", "= for +="],
  ],
  "assembly/reduce/blocks.ts": [
    ["min(n - from, sumBlock)", "sumBlock", "last block"],
    ["accumulate ? load<f32>(out) + value : value", "value", "= for +="],
  ],
  "assembly/elementwise/rounding.ts": [
    ["f32x4.nearest(x)", "f32x4.floor(f32x4.add(x, f32x4.splat(0.5)))", "ties"],
    ["v128.bitselect(signed, x, isNonzero)", "signed", "zero"],
  ],
  "assembly/order/sort.ts": [
    ["load<u32>(keys + at - 4) > key", "load<u32>(keys + at - 4) >= key", "ties"],
    ["if (bits == 0x80000000) bits = 0;", "", "signed zero"],
    ["if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;", "", "NaN"],
    ["key >= load<u32>(keys + ((<usize>(k - 1)) << 2))", "key > load<u32>(keys + ((<usize>(k - 1)) << 2))", "ties"],
    [
      "store<f32>(at, load<f32>(at) + load<f32>(dValues + from));",
      "store<f32>(at, load<f32>(dValues + from));",
      "= for +=",
    ],
  ],
  "assembly/reduce/product.ts": [
    ["v128.or(hasNone, v128.and(hasOne, isZero))", "hasNone", "zero"],
    ["v128.or(hasNone, v128.and(hasOne, isZero))", "v128.or(hasNone, hasOne)", "zero"],
  ],
  "assembly/reduce/scan.ts": [
    ["isExclusive ? before : narrow(low, high)", "narrow(low, high)", "exclusive"],
    ["k > 0 ? loadLanes(y + at - step, lanes) : f32x4.splat(1)", "loadLanes(y + at - step, lanes)", "first one"],
  ],
  "assembly/simd/angle.ts": [
    ["if (isLarge(x1)) {", "if (isLarge(x0)) {", "lane"],
    ["v128.bitselect(x, r, f64x2.eq(nearest, f64x2.splat(0)))", "r", "signed zero"],
    ["largeQuarter = x < 0 ? -(<i64>q) : <i64>q;", "largeQuarter = <i64>q;", "sign"],
  ],
  "assembly/reduce/extreme.ts": [
    ["f32x4.le(x, best)", "f32x4.lt(x, best)", "ties"],
    ["f32x4.ge(x, best)", "f32x4.gt(x, best)", "ties"],
    ["f32x4.splat(dOut / <f32>count)", "f32x4.splat(dOut)", "ties not shared"],
    ["    nans = v128.or(nans, isNaNs(value));\n", "", "NaN"],
    ["v128.store(out, v128.or(m3, n3), 48);", "v128.store(out, m3, 48);", "NaN"],
    ["f32x4.div(dOut, f32x4.convert_i32x4_s(counts))", "dOut", "ties not shared"],
    [
      "const isWhole = x + 16 <= end;",
      "const isWhole = x + 16 < end;",
      "comparison",
      "four numbers at the end are then met one by one: the same extreme",
    ],
  ],
  "assembly/reduce/fold.ts": [
    ["  if (x < end) s1 = term.add(s1, loadLanes(x, <i32>((end - x) >> 2)));\n", "", "tail skipped"],
    ["    s3 = f32x4.add(s3, s7);\n", "", "sums left out"],
    ["f32x4.add(sum, f32x4.abs(x))", "f32x4.add(sum, x)", "magnitude"],
    ["min(n - i, sumBlock)", "sumBlock", "last block"],
  ],
  "assembly/reduce/sum.ts": [
    ["e0 = f32x4.sub(f32x4.sub(b0, t0), a0);", "e0 = zero;", "compensation left out"],
    ["error = f32x4.sub(f32x4.sub(next, total), sum);", "error = f32x4.splat(0);", "compensation left out"],
    ["    if (k == rows) {", "    if (k > rows) {", "last row"],
    ["<usize>(row / r) * inner", "<usize>(row % r) * inner", "wrong row"],
    ["load<f32>(dOut + ((<usize>row) << 2)) * scale", "load<f32>(dOut + ((<usize>row) << 2))", "scale left out"],
  ],
  "assembly/softmax/rows.ts": [
    ["  for (; x < end; x += 4) m1 = f32x4.pmax(m1, v128.load32_splat(x));\n", "", "tail skipped"],
    ["f32x4.pmax(x, constant(RANGE, 0))", "x", "clamp missing"],
    [
      "maskLanes(expOfDifference(f32x4.sub(loadLanes(x, lanes), shifts)), lanes)",
      "expOfDifference(f32x4.sub(loadLanes(x, lanes), shifts))",
      "tail not masked",
    ],
    ["      s1 = f32x4.add(s1, e1);\n", "", "sums left out"],
    [
      "s3 = madd(v128.load(a, 48), v128.load(b, 48), s3);",
      "s3 = f32x4.mul(v128.load(a, 48), v128.load(b, 48));",
      "= for +=",
    ],
    [
      "v128.store(x, f32x4.mul(v128.load(x, 16), factors), 16);",
      "v128.store(x, f32x4.mul(v128.load(x), factors), 16);",
      "wrong offset",
    ],
  ],
  "assembly/softmax/softmax.ts": [
    ["f32x4.sub(loadLanes(dy, lanes), mean)", "loadLanes(dy, lanes)", "term left out"],
    [
      "f32x4.sub(f32x4.sub(loadLanes(x + at, lanes), maxes), logs)",
      "f32x4.sub(loadLanes(x + at, lanes), logs)",
      "term left out",
    ],
    ["f32x4.splat(<f32>foldSum<Plain>(dy + at, columns))", "f32x4.splat(1)", "sum taken for 1"],
  ],
  "assembly/loss/cosineSimilarity.ts": [
    ["square < least ? 0 : <f32>", "<f32>", "bound dropped"],
    [
      "const p2 = max(dotRow(prediction + at, prediction + at, columns), least);",
      "const p2 = dotRow(prediction + at, prediction + at, columns);",
      "epsilon dropped",
    ],
  ],
  "assembly/loss/elementwise.ts": [
    ["s0 = f32x4.add(s0, maskLanes(term, lanes));", "s0 = f32x4.add(s0, term);", "tail not masked"],
    ["isColumn ? loadLanes(d, left) : v128.load32_splat(d)", "v128.load32_splat(d)", "another row's gradient"],
    [
      "if (!isColumn) store<f32>(to, <f32>(total * scale));",
      "if (!isColumn) store<f32>(to, <f32>total);",
      "scale left out",
    ],
    ["      total += lanesSum(f32x4.add(s0, s1));", "      total = lanesSum(f32x4.add(s0, s1));", "= for +="],
  ],
  "assembly/loss/kinds.ts": [
    ["f32x4.ge(p, f32x4.splat(low))", "f32x4.gt(p, f32x4.splat(low))", "comparison"],
    ["f32x4.lt(f32x4.mul(t, p), f32x4.splat(1))", "f32x4.le(f32x4.mul(t, p), f32x4.splat(1))", "comparison"],
    [
      "v128.and(withSign(f32x4.splat(1), error), f32x4.ne(error, f32x4.splat(0)))",
      "withSign(f32x4.splat(1), error)",
      "gradient at 0",
    ],
    ["withSign(f32x4.min(f32x4.abs(error), delta), error)", "error", "clamp missing"],
    [
      "f32x4.pmin(f32x4.pmax(p, f32x4.splat(low)), f32x4.splat(high))",
      "f32x4.pmax(p, f32x4.splat(low))",
      "clamp missing",
    ],
    [
      "f32x4.sub(f32x4.max(z, f32x4.splat(0)), f32x4.mul(z, madd(a, t, b)))",
      "f32x4.sub(f32x4.max(z, f32x4.splat(0)), f32x4.mul(z, t))",
      "smoothing left out",
    ],
  ],
  "assembly/loss/softmaxCrossEntropy.ts": [
    ["smoothing * (log - (mean - max))", "smoothing * (log - mean)", "term left out"],
    ["    if (accumulate) value += load<f32>(dLogits + own);\n", "", "= for +="],
    ["maskLanes(v128.and(term, counts), lanes)", "maskLanes(term, lanes)", "0 · ∞"],
    ["f32x4.splat(keep * <f32>foldSum<Plain>(targets + at, columns) + smoothing)", "f32x4.splat(1)", "sum taken for 1"],
    ["(1 - smoothing) - spread);", "(1 - smoothing));", "smoothing left out"],
  ],
  "assembly/loss/sparseCrossEntropy.ts": [
    ["    else if (!accumulate) memory.fill(dProbabilities + at, 0, bytes);\n", "", "not written"],
    ["slope * (1 - smoothing + spread)", "slope * (1 - smoothing)", "smoothing left out"],
    ["    if (accumulate) value += load<f32>(dProbabilities + own);\n", "", "= for +="],
    ["maskLanes(logv(clipped(loadLanes(p, lanes))), lanes)", "logv(clipped(loadLanes(p, lanes)))", "tail not masked"],
  ],
  "assembly/loss/stepWeights.ts": [
    ["<f32>size / <f32>max(steps, 1)", "<f32>size / <f32>steps", "division by 0"],
    ["load<i32>(mask + at) ? own : 0", "own", "masked step counted"],
    ["(<usize>(i / t)) << 2", "(<usize>(i % t)) << 2", "another sample's weight"],
    [
      "if (!load<i32>(mask + ((<usize>i) << 2))) memory",
      "if (load<i32>(mask + ((<usize>i) << 2))) memory",
      "the others cleared",
    ],
    ["memory.fill(x + <usize>i * bytes, 0, bytes)", "memory.fill(x + <usize>i * bytes, 0, 4)", "row not cleared whole"],
  ],
  "assembly/loss/weightedMean.ts": [
    ["by == 0 ? 0 : <f32>(sum / by)", "<f32>(sum / by)", "division by 0"],
    ["byWeight && weights ?", "weights ?", "divisor"],
    ["by == 0 ? 0 : <f32>(load<f32>(dOut) / by)", "<f32>(load<f32>(dOut) / by)", "division by 0"],
  ],
  "assembly/simd/f32x4.ts": [
    [
      "f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1)",
      "f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 0)",
      "lanes swapped",
    ],
    ["f32x4.sub(c, f32x4.mul(a, b))", "f32x4.sub(f32x4.mul(a, b), c)", "sign"],
  ],
  "assembly/simd/lanes.ts": [
    [
      "i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes))",
      "i32x4.le_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes))",
      "comparison",
    ],
    ["  if (lanes == 3) v128.store_lane<f32>(p, x, 2, 8);\n", "", "tail skipped"],
    ["lanes == 2 ? pair : v128.load_lane<f32>(p, pair, 2, 8)", "pair", "tail skipped"],
  ],
  "assembly/simd/math.ts": [
    ["  p = madd(e, constant(LOG_SCALE, 1), p);\n", "", "low bits of ln 2"],
    [
      "f32x4.pmin(f32x4.add(n, constant(ROUND, 0)), constant(ROUND, 1))",
      "f32x4.add(n, constant(ROUND, 0))",
      "clamp missing",
    ],
    ["f32x4.pmin(f32x4.add(x, x), constant(TANH, 0))", "f32x4.add(x, x)", "clamp missing"],
    ["f32x4.add(reduced(c, t), low)", "reduced(c, t)", "low bits left out"],
    [", f32x4.lt(x, zero));", ", f32x4.lt(x, f32x4.splat(-Infinity)));", "logarithm of less than 0"],
    ["f32x4.lt(x, constant(LOG_SCALE, 3))", "f32x4.lt(x, f32x4.splat(0))", "subnormal argument"],
  ],
  "assembly/simd/pow.ts": [
    ["select(signed, x, f32x4.eq(x, x))", "signed", "NaN"],
    ["exponent % 2 == 0 ?", "exponent % 4 == 0 ?", "odd and even exponents"],
    ["select(atInfinity, power, f32x4.eq(a, infinity))", "power", "infinite base"],
  ],
  "assembly/simd/swept.ts": [
    ["f32x4.lt(f32x4.abs(x), constant(LEAST, 0))", "f32x4.lt(x, constant(LEAST, 0))", "negative numbers swept"],
  ],
  "assembly/simd/trig.ts": [["i32x4.add(q, constant(SIGN, 1))", "q", "quadrant"]],
};
