/** Faults for what a training step runs beside its layers: optimizers, clipping, random draws, metrics, gathers, copies, threads. A row: see products.mjs. */
export const edits = {
  "assembly/optim/update.ts": [
    ["(<i64>block.step) & 63", "(<i64>block.step) & 1023", "periodic work left out"],
    [
      "for (let i = start; i < end; i += 4)",
      "for (let i = start; i < min(end, start + 4096); i += 4)",
      "periodic work left out beyond 4096 elements",
    ],
    ["  storeLanes(grads, f32x4.splat(0), lanes);\n", "", "gradient not cleared"],
    ["madd(grad, scale, f32x4.mul(p, weightDecay))", "f32x4.mul(grad, scale)", "weight decay left out"],
    ["  storeLanes(state, after, lanes);\n", "", "state not kept"],
  ],
  "assembly/optim/adam.ts": [
    ["v = f32x4.max(v, loadLanes(largest, lanes));", "", "largest left out"],
    ["f32x4.mul(p, keep)", "p", "weight decay left out"],
    [
      "const root = madd(f32x4.sqrt(v), correction, epsilon); // √v̂ + ε",
      "const root = f32x4.mul(f32x4.sqrt(v), correction);",
      "epsilon dropped",
    ],
    [
      "keeps,\n        end - i,\n      );\n    }\n    sweep(mean, start, end, block);",
      "keeps,\n        end - i,\n      );\n    }",
      "periodic work left out",
    ],
    [
      "block, decay, end - i);\n    }\n    sweep(mean, start, end, block);",
      "block, decay, end - i);\n    }",
      "periodic work left out",
    ],
    ["f32x4.mul(meanFactorOf(block), m)", "f32x4.mul(gradientFactorOf(block), m)", "wrong constant"],
    ["lookAhead(params + at, grads + at, mean + at, square + at, block, decay, end - i);", "", "tail skipped"],
  ],
  "assembly/optim/adaptive.ts": [
    ["    sweep(square, start, end, block);\n    if (average)", "    if (average)", "periodic work left out"],
    ["    if (velocity) sweep(velocity, start, end, block);\n", "", "periodic work left out"],
    ["    sweep(updates, start, end, block);\n", "", "periodic work left out"],
    ["f32x4.max(nmadd(a, a, s), f32x4.splat(0))", "nmadd(a, a, s)", "clamp missing"],
    ["  moveTo(f32x4.mul(delta, delta), updates, rest, lanes);\n", "", "state not kept"],
    ["      shrink(params + at, grads + at, square + at, block, decay, end - i);\n", "", "tail skipped"],
    ["f32x4.sqrt(f32x4.add(s, epsilon))", "f32x4.sqrt(s)", "epsilon dropped"],
  ],
  "assembly/optim/block.ts": [
    ["t == 1 ? 1 : block.momentumProduct", "block.momentumProduct", "first step"],
    ["power(nadamDecay, t + 1)", "power(nadamDecay, t)", "off by one"],
    ["    if (n & 1) result *= base;\n", "    result *= base;\n", "power"],
  ],
  "assembly/optim/clip.ts": [
    ["norm <= maxNorm ? 1 : maxNorm / norm", "maxNorm / norm", "gradients made larger"],
    ["v128.and(sign, f32x4.ne(p, zero))", "sign", "sign of 0"],
    ["min(k, (b + 1) * each)", "(b + 1) * each", "last rows"],
    [
      "f32x4.pmax(f32x4.pmin(loadLanes(at, lanes), high), low)",
      "f32x4.pmin(loadLanes(at, lanes), high)",
      "clamp missing",
    ],
    ["      storeLanes(at, f32x4.mul(loadLanes(at, end - i), factors), end - i);\n", "", "tail skipped"],
    ["    penalize(grads + at, params + at, ones, squares, end - i);\n", "", "tail skipped"],
  ],
  "assembly/optim/parts.ts": [
    [
      "(listedRow(rows, part) + 1) * listedRowLength(rows)",
      "(listedRow(rows, part) + 1) * listedRowLength(rows) - 1",
      "last element of a row",
    ],
    ["shareEnd(n, cost, 16)", "shareEnd(n, cost, 4)", "share boundary"],
  ],
  "assembly/optim/sgd.ts": [
    ["    sweep(velocity, start, end, block);\n", "", "periodic work left out"],
    ["madd(ahead, v, f32x4.mul(now, g))", "f32x4.mul(ahead, v)", "term left out"],
    ["      descend(params + at + 16, grads + at + 16, rate, scale, decay, 4);\n", "", "every second vector left out"],
    [
      "      roll(params + at, grads + at, velocity + at, rate, scale, momentum, decay, ahead, now, min(end - i, 4));\n",
      "",
      "tail skipped",
    ],
  ],
  "assembly/random/draws.ts": [
    ["  if (n > 12) storeLanes(to + 48, x3, n - 12);\n", "", "tail skipped"],
    [
      "f32x4.min(f32x4.max(x, f32x4.splat(-2)), f32x4.splat(2))",
      "f32x4.max(x, f32x4.splat(-2))",
      "clamp missing",
      "the largest word gives 1.9999994 before it; the clamp is for builds that round otherwise",
    ],
    ["madd(r2, cos2piv(t2), mean)", "madd(r2, cos2piv(t0), mean)", "another's draw"],
    ["i32x4.shr_u(word, 8)", "i32x4.shr_u(word, 9)", "bits left out"],
    ["i32x4.add(low, scaled)", "scaled", "lower end left out"],
  ],
  "assembly/random/dropout.ts": [
    [
      "rate < 1 ? 1 / (1 - rate) : 0",
      "1 / (1 - rate)",
      "division by 0",
      "at rate 1 only the word 2³² − 1 keeps an element, which no test will draw; what is dropped is 0 either way",
    ],
    ["i32x4.shr_u(bits, j)", "bits", "another's bits"],
    [
      "i32x4.bitmask(i32x4.ge_u(w3, threshold)) << 4",
      "i32x4.bitmask(i32x4.ge_u(w2, threshold)) << 4",
      "another's draw",
    ],
    [
      "putLanes(y, v128.and(f32x4.mul(loadLanes(x, lanes), scale), kept), accumulate, lanes);",
      "putLanes(y, v128.and(f32x4.mul(loadLanes(x, lanes), scale), kept), 0, lanes);",
      "= for +=",
    ],
  ],
  "assembly/random/philox.ts": [
    ["round < 10", "round < 9", "rounds"],
    ["      k1 = i32x4.add(k1, weyl1);\n", "", "key not advanced"],
    [
      "store<u64>(state, load<u64>(state, 8) + 1, 8)",
      "store<u32>(state, load<u32>(state, 8) + 1, 8)",
      "carry left out",
    ],
  ],
  "assembly/metrics/counts.ts": [
    [
      "store<f64>(cell, load<f64>(cell) + value);",
      "store<f64>(cell, <f32>(load<f64>(cell) + value));",
      "counts end at 2²⁴",
    ],
    ["|| <u32>guess >= <u32>classes", "", "bound dropped"],
    ["> 0.5;", ">= 0.5;", "comparison"],
    ["max<f32>(score * <f32>bins, 0)", "score * <f32>bins", "clamp missing"],
    ["f32x4.lt(v128.load(x + ((<usize>i) << 2)), owns)", "f32x4.le(v128.load(x + ((<usize>i) << 2)), owns)", "ties"],
    ["f32x4.le(v128.load(x + ((<usize>i) << 2)), owns)", "f32x4.lt(v128.load(x + ((<usize>i) << 2)), owns)", "ties"],
    ["for (; i < n; i++) count += i32(!(load<f32>(x + ((<usize>i) << 2)) <= own));", "", "tail skipped"],
    ["    if (own != own) continue;\n", "", "NaN"],
  ],
  "assembly/metrics/sums.ts": [
    ["store<f64>(state, total, 8);", "store<f64>(state, <f32>total, 8);", "counts end at 2²⁴"],
    ["      if (weight == 0) continue;\n", "", "division by 0"],
    ["spread += weight * away * (t - mean);", "spread += weight * away * away;", "formula"],
    ["weight * load<f32>(values + ((<usize>row) << 2))", "load<f32>(values + ((<usize>row) << 2))", "weight left out"],
  ],
  "assembly/gather/rowList.ts": [
    ["for (let i = 0; i < k; i++) store<u8>", "for (let i = 1; i < k; i++) store<u8>", "first row"],
    ["row < v && k < v", "row < v - 1 && k < v", "last row"],
    ["  list.count = 0;\n", "", "list not cleared"],
  ],
  "assembly/gather/rows.ts": [
    [
      "    if (to < last) storeLanes(to, loadLanes(from, (<i32>(last - to)) >> 2), (<i32>(last - to)) >> 2);\n",
      "",
      "tail skipped",
    ],
    [
      "storeLanes(to, f32x4.add(loadLanes(to, lanes), loadLanes(from, lanes)), lanes);",
      "storeLanes(to, loadLanes(from, lanes), lanes);",
      "= for +=",
    ],
    ["let left = end - start;", "let left = rowLength - start;", "share boundary"],
    ["      storeLanes(to, madd(value, scales, offsets), 1);\n", "", "tail skipped"],
    ["((<usize>stride) << 2)", "bytes", "wrong stride"],
  ],
  "assembly/memory/copy.ts": [
    [
      "  copySteps(right, x + <usize>fullColumns * x1, rows, columns - fullColumns, ldo, 1, 1, ldx, accumulate);\n",
      "",
      "tail skipped",
    ],
    [
      "  copySteps(below, x + ((<usize>fullRows) << 2), rows - fullRows, fullColumns, ldo, 1, 1, ldx, accumulate);\n",
      "",
      "tail skipped",
    ],
    ["  x += (<usize>(start * alongAxis(axis, x0, x1, x2, x3))) << 2;\n", "", "pointer not advanced"],
    ["shareEnd(bytes, 1, 64) - start", "shareEnd(bytes, 1, 16) - start", "share boundary"],
    ["v128.store(p, accumulate ? f32x4.add(v128.load(p), v) : v);", "v128.store(p, v);", "= for +="],
    ["if (accumulate) store<f32>(p, load<f32>(p) + load<f32>(q));\n      else store<u32>", "store<u32>", "= for +="],
  ],
  "assembly/memory/cast.ts": [
    ["if (left > 0) storeLanes(out + o, f32x4.convert_i32x4_s(loadLanes(x + o, left)), left);", "", "tail skipped"],
    ["i32x4.trunc_sat_f32x4_s(loadLanes(x + o, left))", "i32x4.trunc_sat_f32x4_u(loadLanes(x + o, left))", "sign"],
  ],
  "assembly/thread.ts": [
    ["min((index + 1) * sharePer(total, grain), total)", "(index + 1) * sharePer(total, grain)", "share boundary"],
    ["(total + grain - 1) / grain", "total / grain", "last share"],
    ["((grains + count - 1) / count) * grain", "(grains / count) * grain", "last share"],
    ["  if (isAlone != 0 && index == 0) return total;\n", "", "alone"],
    [
      "if ((isAlone && index == 0) || isSmall(most, cost)) return total;",
      "if (isSmall(most, cost)) return total;",
      "alone",
    ],
    [
      "if (isSmall(most, cost)) return total;\n  hasSplit = 1;",
      "if (isSmall(total, cost)) return total;\n  hasSplit = 1;",
      "length that changes decides",
    ],
    ["<i64>total * cost < smallWork", "total * cost < smallWork", "overflow"],
    [
      "  return min((index + 1) * sharePer(total, 1), total);",
      "  return (index + 1) * sharePer(total, 1);",
      "share boundary",
    ],
  ],
  "assembly/launch.ts": [
    ["if (head & 1 || index == 0) changetype", "if (head & 1) changetype", "thread 0's work left out"],
    ["if (head & 2) {", "if (head & 4) {", "threads do not meet"],
    ["  atomic.store<i32>(control + Control.Arrived, 0);\n", "", "meeting point not cleared"],
    ["    at += <usize>(head >> 8);\n", "    at += <usize>(head >> 9);\n", "wrong stride"],
    ["    atomic.add<i32>(control + Control.Begun, 1);\n", "", "launch not counted"],
    [
      "(haveBegun(count, control) && spin(word, phase, patientSpins))",
      "spin(word, phase, patientSpins)",
      "dead worker waited for",
    ],
  ],
};
