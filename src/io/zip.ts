/**
 * Zip archives: the directory at the end, and files stored or deflated. Does not read ZIP64, encryption, other methods
 * or archives in several parts. Inflating stops at the size that the directory gives; the total of all files is
 * limited: Note [Cost of a file] in gzip.ts. Each file is checked against its CRC-32.
 * Source: PKWARE APPNOTE 6.3.
 */
import { DataError, message, show } from "../errors.js";
import { gather, inflateWith, inflationLimit, isImpossible, tooLarge } from "./gzip.js";

/** A file of an archive. */
interface Entry {
  readonly method: number;
  readonly crc: number;
  /** Sizes in bytes: in the archive, and inflated. */
  readonly packed: number;
  readonly size: number;
  /** Offset of the file's own header. */
  readonly at: number;
}

const endBytes = 22;
const entryBytes = 46;
const headerBytes = 30;

/** A zip archive in memory. */
export class ZipArchive {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #op: string;
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;
  #inflated = 0;

  /**
   * Reads the directory.
   * @param op        the function that the user called and the archive's name, for messages
   * @param maxBytes  the limit on the inflated size of all files together; default 100 × the archive's size, and at
   *                  least 8 MiB
   * @throws {DataError} when the bytes are not a zip archive, or it is cut short or damaged
   */
  constructor(bytes: Uint8Array<ArrayBuffer>, op: string, maxBytes?: number) {
    this.#bytes = bytes;
    this.#limit = inflationLimit(bytes.length, maxBytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#op = op;
    const end = this.#findEnd();
    const [count, length, start] = [this.#u16(end + 10), this.#u32(end + 12), this.#u32(end + 16)];
    if (start === 0xffffffff || count === 0xffff) throw this.#damaged("ZIP64 is not read");
    if (start + length > end) throw this.#damaged(`a directory that ends at ${start + length} of ${end}`);
    let at = start;
    for (let i = 0; i < count; i++) {
      if (at + entryBytes > end || this.#u32(at) !== 0x02014b50) throw this.#damaged(`no entry ${i} of ${count}`);
      const nameBytes = this.#u16(at + 28);
      const next = at + entryBytes + nameBytes + this.#u16(at + 30) + this.#u16(at + 32);
      if (next > end) throw this.#damaged(`entry ${i} of ${count} beyond the directory`);
      const name = new TextDecoder().decode(bytes.subarray(at + entryBytes, at + entryBytes + nameBytes));
      if (this.#u16(at + 8) & 1) throw this.#damaged(`${show(name)} encrypted`);
      this.#entries.set(name, {
        method: this.#u16(at + 10),
        crc: this.#u32(at + 16),
        packed: this.#u32(at + 20),
        size: this.#u32(at + 24),
        at: this.#u32(at + 42),
      });
      at = next;
    }
  }

  /** Names of the files, in the order of the directory. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * A file's bytes; a view of the archive if they are stored.
   * @throws {DataError} when the file does not exist, is cut short or damaged, or would exceed the archive's limit
   */
  async read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const [expected, got] = [show(name), show(this.names)];
      throw new DataError(message(this.#op, "a file is missing in the zip archive", { expected, got }));
    }
    const { at, packed, size, method, crc } = entry;
    if (at + headerBytes > this.#bytes.length || this.#u32(at) !== 0x04034b50) {
      throw this.#damaged(`no header of ${show(name)} at ${at}`);
    }
    const begin = at + headerBytes + this.#u16(at + 26) + this.#u16(at + 28);
    if (begin + packed > this.#bytes.length) {
      throw this.#damaged(`${show(name)} up to byte ${begin + packed} of ${this.#bytes.length}`);
    }
    const stored = this.#bytes.subarray(begin, begin + packed);
    if (isImpossible(size, packed))
      throw this.#damaged(`${size} bytes of ${show(name)} from ${packed}, more than deflate can`);
    if (method !== 0 && method !== 8) throw this.#damaged(`${show(name)} packed by method ${method}`);
    if (method === 8 && this.#inflated + size > this.#limit)
      throw tooLarge(`${this.#op}: ${show(name)}`, this.#inflated + size, this.#limit);
    const bytes = method === 0 ? stored : await this.#inflate(name, stored, size);
    if (bytes.length !== size) throw this.#damaged(`${bytes.length} of ${size} bytes of ${show(name)}`);
    if (crc32(bytes) !== crc) throw this.#damaged(`${show(name)} of another CRC-32`);
    return bytes;
  }

  async #inflate(name: string, packed: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array<ArrayBuffer>> {
    const damaged = (reason: string): DataError => this.#damaged(`${reason} in ${show(name)}`);
    const { whole, total } = await gather(inflateWith("deflate-raw", packed, damaged), size);
    this.#inflated += Math.min(total, size);
    if (total > size) throw this.#damaged(`more than ${size} bytes of ${show(name)}`);
    return whole.subarray(0, total);
  }

  /** The end record: 22 bytes and a comment of at most 65,535. */
  #findEnd(): number {
    const first = Math.max(0, this.#bytes.length - endBytes - 0xffff);
    for (let at = this.#bytes.length - endBytes; at >= first; at--) {
      if (this.#u32(at) === 0x06054b50 && at + endBytes + this.#u16(at + 20) === this.#bytes.length) return at;
    }
    throw this.#damaged(`no directory at the end of ${this.#bytes.length} bytes`);
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #damaged(got: string): DataError {
    const wrong = "this is not a zip archive, or it is cut short or damaged";
    return new DataError(message(this.#op, wrong, { expected: "files stored or deflated, and their directory", got }));
  }
}

const crcTable = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}
