/**
 * The stack machine of a pickle, read without running anything: of its instructions only those are known here that
 * `numpy.save` writes for an array of objects (protocols 2 to 4). Names are never looked up: `_reconstruct`, `dtype` and
 * `encode` are the only ones that may be called, and a call only makes a mark. Anything else is an error. What the object
 * is, pickledLists.ts knows.
 * Source: CPython's `pickletools`.
 *
 * Note [Limits of a pickle]: one byte can make a list, put it into the memo or set a mark, at up to a hundred bytes
 * each. What numpy.save writes has a list for each element of the array, 20 other things, marks two deep, and on the
 * stack 2,000 elements or one tuple. So lists, memo and stack are limited to 250,000 each, or to one for every 128
 * bytes of the pickle if that is more; names, texts and calls to 1,000; marks to 100.
 */
/** A value on the stack. Constants that do not matter are null. */
export type Value = number | string | null | List | Name | Result;

/** A list or a tuple. */
export interface List {
  readonly items: Value[];
}

/** A function or class by name. */
interface Name {
  readonly name: string;
}

/** The result of a call, and the state that BUILD gave it. */
export interface Result {
  readonly of: string;
  state?: Value;
}

const mostTexts = 1000;
const mostMarks = 100;

const callable = [
  "_codecs encode",
  "numpy dtype",
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
];

/** Runs a pickle. */
export class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: (got: string) => Error;
  readonly #stack: Value[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  readonly #most: number;
  #at = 0;
  #lists = 0;
  #texts = 0;

  /** @param fail makes the error for what else the bytes hold, or lack */
  constructor(bytes: Uint8Array, fail: (got: string) => Error) {
    this.#bytes = bytes;
    this.#most = Math.max(250_000, Math.floor(bytes.length / 128));
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#fail = fail;
  }

  /** @returns the object of the pickle */
  run(): Value {
    for (;;) {
      const code = this.#u8();
      if (code === 0x2e) break; // STOP
      this.#step(code);
    }
    if (this.#at !== this.#bytes.length) throw this.#fail(`${this.#bytes.length - this.#at} bytes behind its end`);
    return this.#pop();
  }

  #step(code: number): void {
    switch (String.fromCharCode(code)) {
      case "\x80": // PROTO
        this.#u8();
        return;
      case "\x95": // FRAME
        this.#skip(8);
        return;
      case "(":
        if (this.#marks.length === mostMarks) throw this.#fail(`more than ${mostMarks} marks`);
        this.#marks.push(this.#stack.length);
        return;
      case "K": // BININT1
        this.#push(this.#u8());
        return;
      case "M": // BININT2
        this.#push(this.#view.getUint16(this.#skip(2), true));
        return;
      case "J": // BININT
        this.#push(this.#view.getInt32(this.#skip(4), true));
        return;
      case "\x8a": {
        // LONG1, of at most 6 bytes here: little-endian two's complement
        const length = this.#u8();
        if (length > 6) throw this.#fail(`an integer of ${length} bytes`);
        const from = this.#skip(length);
        let value = 0;
        for (let i = length - 1; i >= 0; i--) value = value * 256 + this.#bytes[from + i];
        const last = this.#bytes[from + length - 1]; // the length itself, 0, where there is none
        this.#push(last > 127 ? value - 256 ** length : value);
        return;
      }
      case "N": // None, True, False
      case "\x88":
      case "\x89":
        this.#push(null);
        return;
      case "X": // BINUNICODE
        this.#push(this.#text(this.#view.getUint32(this.#skip(4), true)));
        return;
      case "\x8c": // SHORT_BINUNICODE, SHORT_BINBYTES, SHORT_BINSTRING
      case "C":
      case "U":
        this.#push(this.#text(this.#u8()));
        return;
      case "]": // EMPTY_LIST, EMPTY_TUPLE
      case ")":
        this.#pushList([]);
        return;
      case "a": {
        const item = this.#pop();
        this.#list().items.push(item);
        return;
      }
      case "e": {
        // APPENDS
        const items = this.#popMark();
        const { items: list } = this.#list();
        for (const item of items) list.push(item);
        return;
      }
      case "t": // TUPLE, TUPLE1, TUPLE2, TUPLE3
        this.#pushList(this.#popMark());
        return;
      case "\x85":
      case "\x86":
      case "\x87":
        this.#pushList(Array.from({ length: code - 0x84 }, () => this.#pop()).reverse());
        return;
      case "c": {
        // GLOBAL
        const module = this.#line();
        this.#push({ name: `${module} ${this.#line()}` });
        return;
      }
      case "\x93": {
        // STACK_GLOBAL
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof name !== "string" || typeof module !== "string") throw this.#fail("a name that is not a string");
        this.#countText();
        this.#push({ name: `${module} ${name}` });
        return;
      }
      case "R": {
        // REDUCE
        this.#pop();
        const called = this.#pop();
        const name = called !== null && typeof called === "object" && "name" in called ? called.name : "no name";
        if (!callable.includes(name)) throw this.#fail(`a call of ${JSON.stringify(name.slice(0, 60))}`);
        this.#countText();
        this.#push({ of: name });
        return;
      }
      case "b": {
        // BUILD
        const state = this.#pop();
        const result = this.#top();
        if (!isResult(result)) throw this.#fail("a state for nothing");
        result.state = state;
        return;
      }
      case "q": // BINPUT, LONG_BINPUT, MEMOIZE
        this.#keep(this.#u8());
        return;
      case "r":
        this.#keep(this.#view.getUint32(this.#skip(4), true));
        return;
      case "\x94":
        this.#keep(this.#memo.size);
        return;
      case "h": // BINGET, LONG_BINGET
        this.#recall(this.#u8());
        return;
      case "j":
        this.#recall(this.#view.getUint32(this.#skip(4), true));
        return;
      default:
        throw this.#fail(`instruction ${code} at byte ${this.#at - 1}`);
    }
  }

  #recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#fail(`nothing under number ${key}`);
    this.#push(value);
  }

  #keep(key: number): void {
    if (this.#memo.size >= this.#most) throw this.#fail(`more than ${this.#most} entries in its memo`);
    this.#memo.set(key, this.#top());
  }

  #push(value: Value): void {
    if (this.#stack.length >= this.#most) throw this.#fail(`more than ${this.#most} elements on its stack`);
    this.#stack.push(value);
  }

  #pushList(items: Value[]): void {
    if (++this.#lists > this.#most) throw this.#fail(`more than ${this.#most} lists`);
    this.#push({ items });
  }

  #countText(): void {
    if (++this.#texts > mostTexts) throw this.#fail(`more than ${mostTexts} names and texts`);
  }

  /** Skips `count` bytes. @returns where they begin */
  #skip(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw this.#fail(`an end after ${this.#bytes.length} bytes`);
    this.#at += count;
    return from;
  }

  #u8(): number {
    return this.#bytes[this.#skip(1)];
  }

  #text(length: number): string {
    this.#countText();
    const from = this.#skip(length);
    return new TextDecoder("latin1").decode(this.#bytes.subarray(from, from + length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#fail("a name without end");
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  #top(): Value {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#fail("an empty stack");
    return this.#stack[this.#stack.length - 1];
  }

  #pop(): Value {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMark(): Value[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#fail("no mark");
    return this.#stack.splice(mark);
  }

  #list(): List {
    const value = this.#top();
    if (!isList(value)) throw this.#fail("an item outside a list");
    return value;
  }
}

/** True for a list or a tuple. */
export function isList(value: Value | undefined): value is List {
  return typeof value === "object" && value !== null && "items" in value;
}

/** True for the result of a call. */
export function isResult(value: Value): value is Result {
  return typeof value === "object" && value !== null && "of" in value;
}
