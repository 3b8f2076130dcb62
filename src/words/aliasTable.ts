/**
 * Tables from which words are drawn in proportion to weights, one random number a word. The layout is Note [Alias table]
 * in assembly/words/draw.ts. Letters: V words. Source: Vose 1991.
 */

/**
 * The table of V weights, (V, 2): cell i holds, as a fraction of 2³², how much of it belongs to word i, and the word
 * that has the rest.
 *
 * @param weights  ≥ 0, not all of them 0
 */
export function aliasTable(weights: Float64Array): Uint32Array<ArrayBuffer> {
  const V = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.map((weight) => (weight / total) * V); // 1 on average
  const table = new Uint32Array(2 * V);
  const [poor, rich]: [number[], number[]] = [[], []];
  for (let i = V - 1; i >= 0; i--) (parts[i] < 1 ? poor : rich).push(i);
  while (poor.length > 0 && rich.length > 0) {
    const [cell, giver] = [poor.pop()!, rich[rich.length - 1]];
    set(table, cell, parts[cell], giver);
    parts[giver] -= 1 - parts[cell];
    if (parts[giver] < 1) poor.push(rich.pop()!);
  }
  for (const cell of [...poor, ...rich]) set(table, cell, 1, cell);
  return table;
}

function set(table: Uint32Array, cell: number, part: number, other: number): void {
  table[2 * cell] = Math.min(2 ** 32 - 1, Math.round(part * 2 ** 32));
  table[2 * cell + 1] = other;
}
