/**
 * Clips of a shape that moves, drawn from a seed, with a caption each and a tag for every frame. Needs neither files nor
 * a network, in Node and in browsers. The shape keeps its colour and its size; it moves in one way, or in one way and
 * then in another: to the left, to the right, up or down, slowly or quickly, or it rests. It never leaves the picture.
 * The shapes are in shapes.ts. Letters: N clips, T frames.
 */
import { checkKeys } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import type { Tensor } from "../../tensor/tensor.js";
import { drawEach } from "../drawing.js";
import { drawGround, shaded } from "./scenes.js";
import { type ColorName, type ShapeName, colors, drawShape } from "./shapes.js";

/** Options of {@link movingScenes}. */
export interface MovingScenesOptions {
  /** N, the number of clips, 1 to 100,000. Default 4,000. */
  readonly count?: number;
  /** Any integer; the same seed draws the same clips in every engine. Default 0. */
  readonly seed?: number;
  /** Height and width of a frame in pixels, 24 to 128. Default 24. */
  readonly size?: number;
  /** T, the frames of a clip, 5 to 64. Default 8. */
  readonly frames?: number;
  /** Ends the drawing; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the number of clips drawn and the total. */
  readonly onProgress?: (drawn: number, total: number) => void;
}

/** N clips. */
export interface MovingScenes {
  /** (N, T, size, size, 3) uint8: red, green and blue. */
  readonly x: Tensor;
  /** For example "a red circle moves slowly left, then quickly up" or "a blue ring rests, then moves quickly right". */
  readonly captions: readonly string[];
  /**
   * (N, T) int32: how the shape has moved since the frame before, as a place in tagNames; in the first frame it rests.
   */
  readonly tags: Tensor;
  /** "rests", "left", "right", "up", "down" */
  readonly tagNames: readonly string[];
}

const op = "datasets.movingScenes";
const shapeNames: readonly ShapeName[] = ["circle", "ring", "square", "diamond", "triangle", "cross", "moon"];
const colorNames = Object.keys(colors) as ColorName[];
/** Each way of moving, and its direction to the right and down. */
const directions = { rests: [0, 0], left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
const tagNames = Object.keys(directions) as (keyof typeof directions)[];
/** How far a shape would come in a whole clip, as a fraction of the picture's side. */
const distances = { slowly: [0.28, 0.36], quickly: [0.6, 0.68] } as const;
/** The radius of a shape, as a fraction of the picture's side. */
const radii = [0.13, 0.15] as const;
/** The share of clips in which the shape moves in one way only. */
const steady = 0.25;
/** The fewest frames to which a shape moves in one way before it moves in another. */
const leastFrames = 2;
/** Clips between two checks of the clock. */
const stretch = 16;

/**
 * Drawn clips with captions and tags. The first n clips are the same however many are asked for.
 * Cost: 0.1 to 0.3 ms a clip of 8 frames of 24 × 24. It yields to the event loop, so that a page stays alive.
 * @throws {UsageError} before `init`, for an unknown option or one out of range
 * @throws the signal's reason when it aborts
 * @throws {MemoryError}
 */
export async function movingScenes(options: MovingScenesOptions = {}): Promise<MovingScenes> {
  checkKeys(op, options, ["count", "seed", "size", "frames", "signal", "onProgress"]);
  const { count = 4000, seed = 0, size = 24, frames = 8 } = options;
  checkInteger(op, "count", count, "[1, 100000]");
  checkInteger(op, "size", size, "[24, 128]");
  checkInteger(op, "frames", frames, "[5, 64]");
  const random = new Random(seed);
  heap(); // throws before anything is drawn if init was not called
  const bytes = 3 * size * size * frames;
  const pixels = new Uint8Array(count * bytes);
  const tags = new Int32Array(count * frames);
  const captions: string[] = [];
  await drawEach(count, stretch, options, (i) => {
    const clip = pixels.subarray(i * bytes, (i + 1) * bytes);
    captions.push(drawClip(clip, tags.subarray(i * frames, (i + 1) * frames), size, random));
  });
  const x = tensor(pixels, [count, frames, size, size, 3]);
  return { x, captions, tags: tensor(tags, [count, frames]), tagNames };
}

/** A way of moving, for so many frames. */
interface Movement {
  readonly tag: number;
  readonly speed: keyof typeof distances;
  readonly frames: number;
}

/** Draws the frames of a clip and fills in their tags. @returns the caption */
function drawClip(clip: Uint8Array, tags: Int32Array, size: number, random: Random): string {
  const shape = shapeNames[random.integer(shapeNames.length)];
  const colorName = colorNames[random.integer(colorNames.length)];
  const color = shaded(colorName, random);
  const radius = size * random.uniform(...radii);
  const movements = chosen(tags.length, random);
  const path: [x: number, y: number][] = [[0, 0]];
  for (const { tag, speed, frames } of movements) {
    const step = (size * random.uniform(...distances[speed])) / (tags.length - 1);
    const [right, down] = directions[tagNames[tag]];
    for (let k = 0; k < frames; k++) {
      const [x, y] = path.at(-1)!;
      tags[path.length] = tag;
      path.push([x + right * step, y + down * step]);
    }
  }
  /** Where the path begins along an axis, so that all of it is in the picture. */
  const from = (axis: 0 | 1): number => {
    const along = path.map((place) => place[axis]);
    return random.uniform(radius - Math.min(...along), size - radius - Math.max(...along));
  };
  const [left, top] = [from(0), from(1)];
  const bytes = 3 * size * size;
  drawGround(clip.subarray(0, bytes), random);
  for (let t = 1; t < path.length; t++) clip.copyWithin(t * bytes, 0, bytes);
  for (const [t, [x, y]] of path.entries())
    drawShape(clip.subarray(t * bytes, (t + 1) * bytes), size, { shape, color, x: left + x, y: top + y, radius });
  return `${colorName === "orange" ? "an" : "a"} ${colorName} ${shape} ${wordsOf(movements)}`;
}

/** One movement, or two in different directions. */
function chosen(frames: number, random: Random): Movement[] {
  const speedOf = (): Movement["speed"] => (random.integer(2) === 0 ? "slowly" : "quickly");
  const tag = random.integer(tagNames.length);
  const speed = speedOf();
  if (random.uniform() < steady) return [{ tag, speed, frames: frames - 1 }];
  const first = leastFrames + random.integer(frames - 2 * leastFrames);
  const other = (tag + 1 + random.integer(tagNames.length - 1)) % tagNames.length;
  return [
    { tag, speed, frames: first },
    { tag: other, speed: speedOf(), frames: frames - 1 - first },
  ];
}

/** "moves slowly left, then quickly up": the verb is not said twice. */
function wordsOf(movements: readonly Movement[]): string {
  return movements
    .map(({ tag, speed }, i) => {
      if (tag === 0) return "rests";
      const moves = i === 0 || movements[i - 1].tag === 0 ? "moves " : "";
      return `${moves}${speed} ${tagNames[tag]}`;
    })
    .join(", then ");
}
