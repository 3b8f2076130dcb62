/**
 * Packs compiled modules: Note [Packed modules] in assembly/carry/unpack.ts. What is packed is unpacked at once by the
 * module that pages carry, and compared. Also gives the exports of a module other names. Does not deflate.
 */

const exportSection = 7;
const codeSection = 10;
const prefixShift = 9;
const headBytes = 16;
const packedAt = 0x20000;

/** A reader of a module that notes what it copies. */
class Reader {
  at = 8;
  copied;

  constructor(bytes) {
    this.bytes = bytes;
    this.copied = [...bytes.subarray(0, this.at)];
  }

  /** A LEB128 number that is not copied. */
  take() {
    let [value, shift] = [0, 0];
    let byte;
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    return value;
  }

  number() {
    const start = this.at;
    const value = this.take();
    this.copied.push(...this.bytes.subarray(start, this.at));
    return value;
  }

  copy(count) {
    for (const end = this.at + count; this.at < end;) this.copied.push(this.bytes[this.at++]);
  }

  byte() {
    this.copy(1);
    return this.bytes[this.at - 1];
  }
}

/** A number in LEB128. */
function leb128(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >> 7)];
}

/** The module with other names of exports. @param keys the new name by the old one; others stay */
export function renameExports(wasm, keys) {
  const reader = new Reader(wasm);
  while (wasm[reader.at] !== exportSection) {
    reader.byte();
    reader.copy(reader.number());
  }
  const before = reader.copied;
  reader.at++;
  const end = reader.take() + reader.at;
  reader.copied = [];
  for (let left = reader.number(); left > 0; left--) {
    const bytes = reader.take();
    const name = wasm.toString("latin1", reader.at, (reader.at += bytes));
    const key = keys[name] ?? name;
    reader.copied.push(key.length, ...Buffer.from(key, "latin1"));
    reader.byte(); // what it is
    reader.number();
  }
  const { copied } = reader;
  return Buffer.concat([
    Buffer.from([...before, exportSection, ...leb128(copied.length), ...copied]),
    wasm.subarray(end),
  ]);
}

/** Copies the body of a function without the numbers of locals. @returns them as ranks */
function packBody(reader, end, operands) {
  const ranks = [];
  const recent = [];
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.byte();
  }
  while (reader.at < end) {
    const opcode = reader.byte();
    if (opcode >= 0x20 && opcode <= 0x22) {
      const local = reader.take();
      while (!recent.includes(local)) recent.push(recent.length);
      const rank = recent.indexOf(local);
      recent.unshift(...recent.splice(rank, 1));
      ranks.push(...(rank < 128 ? [rank] : [(rank & 127) | 128, rank >> 7]));
    } else if (opcode === 0x0e) for (let targets = reader.number(); targets >= 0; targets--) reader.number();
    else if (opcode === 0x43) reader.copy(4);
    else if (opcode === 0x44) reader.copy(8);
    else {
      const code = opcode < 0xfc ? opcode : (opcode << prefixShift) + reader.number();
      const isVector = code >> 1 === ((0xfd << prefixShift) | 12) >> 1;
      if (isVector) reader.copy(16);
      else for (let left = operands(code); left > 0; left--) reader.number();
    }
  }
  return ranks;
}

/**
 * @param wasm      a compiled module, as bytes
 * @param operands  the module of assembly/carry/operands.ts
 * @param unpacker  that of assembly/carry/unpack.ts
 * @returns the module packed
 */
export async function pack(wasm, operands, unpacker) {
  const { instance } = await WebAssembly.instantiate(operands);
  const reader = new Reader(wasm);
  const ranks = [];
  let [start, functions] = [0, 0];
  while (reader.at < wasm.length) {
    const section = reader.byte();
    const bytes = reader.number();
    if (section !== codeSection) {
      reader.copy(bytes);
      continue;
    }
    functions = reader.number();
    start = reader.at;
    for (let i = 0; i < functions; i++) {
      const size = reader.number();
      ranks.push(...packBody(reader, reader.at + size, instance.exports.operands));
    }
  }
  const { copied } = reader;
  const head = Buffer.from(new Uint32Array([wasm.length, start, functions, headBytes + copied.length]).buffer);
  const packed = Buffer.concat([head, Buffer.from(copied), Buffer.from(ranks)]);
  if (!wasm.equals(await unpack(packed, unpacker))) throw new Error("a module differs after packing and unpacking");
  return packed;
}

/** As src/runtime/modules/carried.ts does it. */
async function unpack(packed, unpacker) {
  const { instance } = await WebAssembly.instantiate(unpacker);
  const { memory, unpack } = instance.exports;
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(packed, packedAt);
  const at = unpack();
  return Buffer.from(bytes.slice(at, at + packed.readUInt32LE()));
}
