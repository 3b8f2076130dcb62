/**
 * Pictures of PNG and JPEG files as pixels. In a page the browser decodes them; in Node PNG is read by formats/png.ts
 * and JPEG by the package jpeg-js, which is loaded where there is a JPEG, or by a function that is handed in. What is
 * transparent shows white.
 */
import { DataError, UsageError, message } from "../../errors.js";
import { isNode } from "../../io/node.js";
import { decodePng, maxPixels, maxSide, type RgbaImage } from "../formats/png.js";

/**
 * Reads a JPEG file: `jpeg.decode` of jpeg-js, or another of its form. @returns 4 bytes a pixel, row by row: red,
 * green, blue, opacity
 */
export type DecodeJpeg = (file: Uint8Array) => {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
};

/** The kind of picture, which its first bytes tell. */
type Kind = "PNG" | "JPEG" | "GIF" | "WebP" | "BMP" | "TIFF" | "unknown";

const starts: readonly (readonly [Kind, string])[] = [
  ["PNG", "\x89PNG\r\n\x1a\n"],
  ["JPEG", "\xff\xd8\xff"],
  ["GIF", "GIF8"],
  ["WebP", "RIFF"],
  ["BMP", "BM"],
  ["TIFF", "II*\0"],
  ["TIFF", "MM\0*"],
];

function kindOf(file: Uint8Array): Kind {
  const start = String.fromCharCode(...file.subarray(0, 8));
  return starts.find(([, text]) => start.startsWith(text))?.[0] ?? "unknown";
}

/**
 * @throws {DataError} for a file that is neither PNG nor JPEG, is damaged, or too large
 * @throws {UsageError} when jpeg-js is needed and not installed
 */
export async function decodeImage(
  op: string,
  file: Uint8Array<ArrayBuffer>,
  decodeJpeg?: DecodeJpeg,
): Promise<RgbaImage> {
  const kind = kindOf(file);
  if (kind !== "PNG" && kind !== "JPEG") {
    const got = file.length === 0 ? "no bytes" : kind === "unknown" ? "other bytes" : kind;
    throw new DataError(message(op, "this is no picture that can be read", { expected: "PNG or JPEG", got }));
  }
  if (!isNode() && (kind === "PNG" || decodeJpeg === undefined)) return decodeInBrowser(op, file, kind);
  return kind === "PNG" ? decodePng(file) : readJpeg(op, file, decodeJpeg ?? (await jpegJs(op)));
}

function readJpeg(op: string, file: Uint8Array, decode: DecodeJpeg): RgbaImage {
  let image: ReturnType<DecodeJpeg>;
  try {
    image = decode(file);
  } catch (cause) {
    throw new DataError(message(op, "the JPEG file is damaged", { got: String(cause) }), { cause });
  }
  const { width, height, data } = image;
  if (data?.length === 4 * width * height && width * height > 0) return { width, height, pixels: new Uint8Array(data) };
  const got = `${data?.length} bytes for ${width} × ${height}`;
  throw new DataError(message(op, "the JPEG decoder gave no picture", { expected: "4 bytes a pixel", got }));
}

let loaded: Promise<DecodeJpeg> | undefined;

/** jpeg-js, which nobody installs who reads no JPEG in Node; hence no bundler is to find its name. */
function jpegJs(op: string): Promise<DecodeJpeg> {
  const name = ["jpeg", "js"].join("-");
  loaded ??= import(/* @vite-ignore */ /* webpackIgnore: true */ name).then(
    ({
      default: { decode },
    }: {
      default: { decode: (file: Uint8Array, options: object) => ReturnType<DecodeJpeg> };
    }) => {
      const options = { useTArray: true, maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: 512 };
      return (file: Uint8Array) => decode(file, options);
    },
  );
  return loaded.catch((cause: unknown) => {
    loaded = undefined;
    const hint = "npm install jpeg-js, or hand in a decoder: { decodeJpeg }.";
    throw new UsageError(message(op, "JPEG files need the package jpeg-js in Node", { hint }), { cause });
  });
}

async function decodeInBrowser(op: string, file: Uint8Array<ArrayBuffer>, kind: Kind): Promise<RgbaImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([file]));
  } catch (cause) {
    throw new DataError(message(op, `the ${kind} file is damaged`, { got: String(cause) }), {
      cause,
    });
  }
  const { width, height } = bitmap;
  try {
    if (width * height > maxPixels || Math.max(width, height) > maxSide) {
      const expected = `at most ${maxPixels} pixels and sides of at most ${maxSide}`;
      throw new DataError(message(op, "the picture is too large", { expected, got: `${width} × ${height}` }));
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    return { width, height, pixels: new Uint8Array(context.getImageData(0, 0, width, height).data) };
  } finally {
    bitmap.close();
  }
}
