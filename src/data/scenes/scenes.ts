/**
 * Scenes and what is in them: one to three shapes in colours on a dark ground, drawn from a seed, with a sentence each
 * and, for each noun of the sentence, where the named object is. Needs neither files nor a network, in Node and in
 * browsers. A picture has one right sentence: the objects are named large ones first, those of one size from the upper
 * left to the lower right, and each is related to the next one by the direction in which they are further apart. No two
 * objects of a scene have the same shape, and none touch. The shapes are in shapes.ts.
 */
import { checkKeys } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import type { Tensor } from "../../tensor/tensor.js";
import { drawEach } from "../drawing.js";
import {
  type Box,
  type ColorName,
  type Drawing,
  type ShapeName,
  boxOf,
  colors,
  drawShape,
  shapeNames,
} from "./shapes.js";

/** Options of {@link scenes}. */
export interface ScenesOptions {
  /** Number of scenes, 1 to 1,000,000. Default 10,000. */
  readonly count?: number;
  /** Any integer; the same seed draws the same scenes in every engine. Default 0. */
  readonly seed?: number;
  /** Height and width of a picture in pixels, 32 to 256. Default 48. */
  readonly size?: number;
  /** The most objects of a scene, 1 to 3. Default 3. */
  readonly objects?: number;
  /** Ends the drawing; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the number of scenes drawn and the total. */
  readonly onProgress?: (drawn: number, total: number) => void;
}

/** A noun of a sentence, and the object that it names. */
export interface SceneNoun {
  /** Which of the sentence's words it is, from 0. */
  readonly word: number;
  readonly name: ShapeName;
  /** The smallest rectangle around the object. */
  readonly box: Box;
}

/** N scenes. */
export interface Scenes {
  /** (N, size, size, 3) uint8: red, green and blue. */
  readonly x: Tensor;
  /** For example "a large red circle above a small blue seven"; blanks separate its words. */
  readonly sentences: readonly string[];
  /** The nouns of each sentence, in their order. */
  readonly nouns: readonly (readonly SceneNoun[])[];
}

const op = "datasets.scenes";
/** Radii as fractions of the picture's side. */
const radii = { large: [0.17, 0.2], small: [0.1, 0.12] } as const;
/** Attempts at placing the objects of a scene before their sizes are drawn anew. */
const attempts = 50;
/** Scenes between two checks of the clock. */
const stretch = 64;
const colorNames = Object.keys(colors) as ColorName[];

/**
 * Drawn scenes with their sentences. The first n scenes are the same however many are asked for.
 * Cost: 0.1 to 0.3 ms a scene of 48 × 48. It yields to the event loop, so that a page stays alive.
 * @throws {UsageError} before `init`, for an unknown option or one out of range
 * @throws the signal's reason when it aborts
 * @throws {MemoryError}
 */
export async function scenes(options: ScenesOptions = {}): Promise<Scenes> {
  checkKeys(op, options, ["count", "seed", "size", "objects", "signal", "onProgress"]);
  const { count = 10_000, seed = 0, size = 48, objects = 3 } = options;
  checkInteger(op, "count", count, "[1, 1000000]");
  checkInteger(op, "size", size, "[32, 256]");
  checkInteger(op, "objects", objects, "[1, 3]");
  const random = new Random(seed);
  heap(); // throws before anything is drawn if init was not called
  const bytes = 3 * size * size;
  const pictures = new Uint8Array(count * bytes);
  const sentences: string[] = [];
  const nouns: SceneNoun[][] = [];
  await drawEach(count, stretch, options, (i) => {
    const scene = arranged(1 + random.integer(objects), size, random);
    const picture = pictures.subarray(i * bytes, (i + 1) * bytes);
    drawGround(picture, random);
    for (const object of scene) drawShape(picture, size, object);
    const words = sentenceOf(scene);
    sentences.push(words.join(" "));
    nouns.push(scene.map((object) => ({ word: words.indexOf(object.shape), name: object.shape, box: boxOf(object) })));
  });
  return { x: tensor(pictures, [count, size, size, 3]), sentences, nouns };
}

/** An object of a scene. */
interface SceneObject extends Drawing {
  readonly size: keyof typeof radii;
  readonly colorName: ColorName;
}

/** Objects that do not touch, in the order in which they are named. */
function arranged(count: number, size: number, random: Random): SceneObject[] {
  const shapes = random.permutation(shapeNames.length);
  for (;;) {
    const chosen = Array.from({ length: count }, (_, i) => {
      const scale = random.integer(2) === 0 ? "large" : "small";
      const colorName = colorNames[random.integer(colorNames.length)];
      const radius = size * random.uniform(...radii[scale]);
      const color = shaded(colorName, random);
      return { shape: shapeNames[shapes[i]], size: scale, colorName, color, radius } as const;
    });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const placed: SceneObject[] = chosen.map((object) => {
        const edge = object.radius + 1;
        return { ...object, x: random.uniform(edge, size - edge), y: random.uniform(edge, size - edge) };
      });
      placed.sort((a, b) => Number(b.size === "large") - Number(a.size === "large") || a.x + a.y - b.x - b.y);
      if (placed.every((a, i) => placed.slice(0, i).every((b) => areApart(a, b))) && isClear(placed, size))
        return placed;
    }
  }
}

/** Whether two pixels or more are between two objects. */
function areApart(a: Drawing, b: Drawing): boolean {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= a.radius + b.radius + 2;
}

/** Whether each object is clearly further from the next one in one direction than in the other. */
function isClear(objects: readonly Drawing[], size: number): boolean {
  return objects.every(({ x, y }, i) => {
    const next = objects[i + 1] as Drawing | undefined;
    return next === undefined || Math.abs(Math.abs(next.x - x) - Math.abs(next.y - y)) >= size / 12;
  });
}

/** The colour, a little lighter or darker in each of its parts. */
export function shaded(name: ColorName, random: Random): Drawing["color"] {
  const [red, green, blue] = colors[name].map((value) => Math.min(255, value + random.uniform(-15, 15)));
  return [red, green, blue];
}

/** Fills a picture with a dark colour whose pixels differ a little. */
export function drawGround(picture: Uint8Array, random: Random): void {
  const ground = [0, 1, 2].map(() => random.uniform(0, 50));
  for (let at = 0; at < picture.length; at += 3) {
    const bits = random.bits();
    for (let c = 0; c < 3; c++) picture[at + c] = Math.round(ground[c] + ((bits >>> (8 * c)) & 15));
  }
}

/** The sentence's words. */
function sentenceOf(objects: readonly SceneObject[]): string[] {
  return objects.flatMap((object, i) => {
    const named = ["a", object.size, object.colorName, object.shape];
    return i + 1 < objects.length ? [...named, ...relationOf(object, objects[i + 1])] : named;
  });
}

/** Where the first of two objects is, seen from the other. */
function relationOf(a: Drawing, b: Drawing): readonly string[] {
  const [right, down] = [a.x - b.x, a.y - b.y];
  if (Math.abs(down) > Math.abs(right)) return down < 0 ? ["above"] : ["below"];
  return right < 0 ? ["left", "of"] : ["right", "of"];
}
