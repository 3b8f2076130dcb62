/**
 * Where the units of a map lie, and which are neighbours. Letters: K units, R rows, C columns. Rectangular: unit (r, c)
 * lies at (c, r), and up to eight others are its neighbours. Hexagonal: odd rows are moved by one half, rows are √3/2
 * apart, and up to six others are its neighbours, all at distance 1.
 */

/** The arrangement of units. */
export type Topology = "rectangular" | "hexagonal";

/** Units in rows. */
export class MapGrid {
  readonly topology: Topology;
  /** The places of the units, (K, 2): x, y. */
  readonly places: Float64Array;

  constructor(rows: number, columns: number, topology: Topology) {
    this.topology = topology;
    this.places = new Float64Array(2 * rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const isHexagonal = topology === "hexagonal";
        const at = 2 * (r * columns + c);
        this.places[at] = c + (isHexagonal && r % 2 === 1 ? 0.5 : 0);
        this.places[at + 1] = isHexagonal ? (r * Math.sqrt(3)) / 2 : r;
      }
  }

  /** The square of the distance of two units. */
  squaredDistance(a: number, b: number): number {
    const [dx, dy] = [this.places[2 * a] - this.places[2 * b], this.places[2 * a + 1] - this.places[2 * b + 1]];
    return dx * dx + dy * dy;
  }

  areNeighbours(a: number, b: number): boolean {
    const squared = this.squaredDistance(a, b);
    return squared > 0 && squared < (this.topology === "hexagonal" ? 1.1 : 2.1);
  }

  /** exp(−d² / 2 σ²) between unit `a` and each, (K). */
  neighbourhood(a: number, radius: number): Float64Array {
    const scale = -1 / (2 * radius * radius);
    return Float64Array.from({ length: this.places.length / 2 }, (_, b) =>
      Math.exp(scale * this.squaredDistance(a, b)),
    );
  }
}
