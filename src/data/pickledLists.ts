/**
 * The lists of integers in a pickled NumPy array of objects, as `numpy.save` writes it (protocols 2 to 4), read without running anything: a pickle is a
 * program for a stack machine, and of its instructions only those are known here that such an array needs. Names lead nowhere: `_reconstruct` and
 * `dtype` are the two that may be called, and a call makes a mark and nothing else. Whatever is beyond that is an error.
 * Each byte makes one element at most, so memory is bounded by the file. Source: CPython's `pickletools`.
 */
import { DataError, message } from "../errors.js";

/** What the stack holds. Constants that do not matter are null. */
type Value = number | string | null | List | Name | Result;

/** A list or a tuple. */
interface List {
  readonly items: Value[];
}

/** A function or class by name. */
interface Name {
  readonly name: string;
}

/** What a call made, and the state that BUILD gave it. */
interface Result {
  readonly of: string;
  state?: Value;
}

const callable = [
  "_codecs encode",
  "numpy dtype",
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
];

/**
 * @param bytes  the pickle
 * @param op     the function that the user called and the file's name, for the messages
 * Errors: DataError for any other pickle, one that is cut short or damaged, and for integers that are no int32.
 */
export function pickledLists(bytes: Uint8Array, op: string): Int32Array[] {
  const result = new Machine(bytes, op).run();
  const fail = (got: string): DataError => notLists(op, got);
  const isArray = isResult(result) && result.of.endsWith("_reconstruct");
  const state = isArray && isList(result.state) ? result.state.items : undefined;
  const lists = state?.at(-1);
  if (state?.length !== 5 || !isList(lists)) throw fail("another object");
  let total = 0;
  return lists.items.map((list, n) => {
    if (!isList(list)) throw fail(`something else as element ${n}`);
    total += list.items.length; // a list may be named many times, in two bytes each
    if (total > bytes.length) throw fail("more items than bytes");
    const wrong = list.items.findIndex((item) => typeof item !== "number" || item !== (item | 0));
    if (wrong >= 0) throw fail(`something else as item ${wrong} of list ${n}`);
    return Int32Array.from(list.items as number[]);
  });
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #op: string;
  readonly #stack: Value[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(bytes: Uint8Array, op: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#op = op;
  }

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
    const stack = this.#stack;
    switch (String.fromCharCode(code)) {
      case "\x80": // PROTO
        this.#u8();
        return;
      case "\x95": // FRAME
        this.#skip(8);
        return;
      case "(":
        this.#marks.push(stack.length);
        return;
      case "K": // BININT1
        stack.push(this.#u8());
        return;
      case "M": // BININT2
        stack.push(this.#view.getUint16(this.#skip(2), true));
        return;
      case "J": // BININT
        stack.push(this.#view.getInt32(this.#skip(4), true));
        return;
      case "\x8a": {
        // LONG1, of at most 6 bytes here: little-endian two's complement
        const length = this.#u8();
        if (length > 6) throw this.#fail(`an integer of ${length} bytes`);
        const from = this.#skip(length);
        let value = 0;
        for (let i = length - 1; i >= 0; i--) value = value * 256 + this.#bytes[from + i];
        stack.push(length > 0 && this.#bytes[from + length - 1] > 127 ? value - 256 ** length : value);
        return;
      }
      case "N": // None, True, False
      case "\x88":
      case "\x89":
        stack.push(null);
        return;
      case "X": // BINUNICODE
        stack.push(this.#text(this.#view.getUint32(this.#skip(4), true)));
        return;
      case "\x8c": // SHORT_BINUNICODE, SHORT_BINBYTES, SHORT_BINSTRING
      case "C":
      case "U":
        stack.push(this.#text(this.#u8()));
        return;
      case "]": // EMPTY_LIST, EMPTY_TUPLE
      case ")":
        stack.push({ items: [] });
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
        stack.push({ items: this.#popMark() });
        return;
      case "\x85":
      case "\x86":
      case "\x87":
        stack.push({ items: Array.from({ length: code - 0x84 }, () => this.#pop()).reverse() });
        return;
      case "c": {
        // GLOBAL
        const module = this.#line();
        stack.push({ name: `${module} ${this.#line()}` });
        return;
      }
      case "\x93": {
        // STACK_GLOBAL
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof name !== "string" || typeof module !== "string") throw this.#fail("a name that is no text");
        stack.push({ name: `${module} ${name}` });
        return;
      }
      case "R": {
        // REDUCE
        this.#pop();
        const called = this.#pop();
        const name = called !== null && typeof called === "object" && "name" in called ? called.name : "no name";
        if (!callable.includes(name)) throw this.#fail(`a call of ${JSON.stringify(name.slice(0, 60))}`);
        stack.push({ of: name });
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
        this.#memo.set(this.#u8(), this.#top());
        return;
      case "r":
        this.#memo.set(this.#view.getUint32(this.#skip(4), true), this.#top());
        return;
      case "\x94":
        this.#memo.set(this.#memo.size, this.#top());
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
    this.#stack.push(value);
  }

  /** Moves on by `count` bytes. @returns where they begin */
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
    if (!isList(value)) throw this.#fail("an item for no list");
    return value;
  }

  #fail(got: string): DataError {
    return notLists(this.#op, got);
  }
}

function isList(value: Value | undefined): value is List {
  return typeof value === "object" && value !== null && "items" in value;
}

function isResult(value: Value): value is Result {
  return typeof value === "object" && value !== null && "of" in value;
}

function notLists(op: string, got: string): DataError {
  const hint = "Nothing in the file was run.";
  return new DataError(
    message(op, "this is no pickled array of lists of integers", { expected: "what numpy.save writes", got, hint }),
  );
}
