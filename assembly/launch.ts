/**
 * Lists of kernel calls, run by one thread or by all of them. A list is what a recorded step is, and what an eager call on several threads is (of length one).
 * Letters: at, end: addresses in the list. Does not know kernels: which call is which is the business of a Dispatcher that the build writes from index.ts.
 *
 * Note [Command list]. Calls one after the other, each
 *
 *   byte  0  i32  number of the kernel: in its part, and in bits 16… that of the part (Note [Parts])
 *   byte  4  i32  bit 0 splits: every thread takes its share, else thread 0 does it all
 *                 bit 1 waits: all threads meet after it
 *                 bits 8…: bytes of the whole command
 *   byte  8…      the arguments, 4 bytes each
 *
 * A meeting is needed after a call unless it and the next are both thread 0's. The last command of a list for several threads waits.
 *
 * Note [Parts]. The kernels come in several modules on one memory. Number 0, the core, is the one that runs lists; a command of another part it hands to
 * that part's function `run`, which stands in a table of functions at the part's number. The core needs no such entry, so
 * that number 0 of the table is free for the tile of wide mode (gemm/wideTiles.ts). Thread state is common to all: Note [Thread state] in thread.ts.
 *
 * Note [Control block]. How threads find each other: words in shared memory (Control of layout.ts), one cache line for each group of them.
 *
 * Note [Patience]. Where thread 0 may sleep, it sleeps for a few milliseconds at a time; then `launch` returns. Only the caller
 * can know whether the others are alive; if so, it waits on by `resume`. However slow a thread is, it is not taken for dead.
 * Where thread 0 may not sleep (a page's main thread), nobody knows who is alive. Each worker counts the launches that it
 * begins: one that does not begin within seconds has ended between launches, and is given up. One that has begun may be
 * inside a long share, and is waited for far longer.
 *
 * Waiting is spinning for a while (a launch then costs less than a microsecond) and sleeping after that. Whoever changes a word wakes sleepers only if
 * there are some; as both sides count before they look, none is forgotten.
 */
import { Control } from "./layout";

/** Runs one command. The build writes the class that does. */
@unmanaged
export abstract class Dispatcher {
  abstract run(at: usize): void;
}

/** Turns of a spinning loop before sleeping, about 50 µs. */
const spins: i32 = 20000;

/** How many turns of a loop are waited for a worker to begin a launch, about 5 s, and then for it to end its share, about 30 s. */
const beginningSpins: i64 = 2000000000;
const patientSpins: i64 = 12000000000;

/** Runs a list on this thread alone. */
// @ts-ignore: decorator
@inline
export function runAlone<D extends Dispatcher>(at: usize, end: usize): void {
  while (at < end) {
    changetype<D>(0).run(at);
    at += (<usize>load<u32>(at, 4)) >> 8;
  }
}

/** How a launch or a meeting ended: a thread has died, all are done, or patience has ended while thread 0 waited. */
const died = 0;
const done = 1;
const waiting = 2;

/**
 * This thread's part of a list that `count` threads run.
 *
 * @param index    this thread
 * @param control  see Note [Control block]
 * @param patience milliseconds to sleep for the others before asking whether to wait on; 0: never sleep, −1: sleep as long as it takes
 * @returns        died, done or waiting
 */
// @ts-ignore: decorator
@inline
export function runTogether<D extends Dispatcher>(
  at: usize,
  end: usize,
  index: i32,
  count: i32,
  control: usize,
  patience: i32,
): i32 {
  while (at < end) {
    const head = load<u32>(at, 4);
    if (head & 1 || index == 0) changetype<D>(0).run(at);
    at += <usize>(head >> 8);
    if (head & 2) {
      const outcome = meet(count, control, patience);
      if (outcome == waiting) store<usize>(control, at, Control.Next);
      if (outcome != done) return outcome;
    }
  }
  return done;
}

/** Publishes a list and runs thread 0's part of it. @returns as {@link runTogether} */
// @ts-ignore: decorator
@inline
export function launchOn<D extends Dispatcher>(at: usize, end: usize, count: i32, control: usize, patience: i32): i32 {
  store<usize>(control, at, Control.At);
  store<usize>(control, end, Control.End);
  atomic.add<i32>(control + Control.Generation, 1);
  if (atomic.load<i32>(control + Control.GenerationSleepers) > 0) atomic.notify(control + Control.Generation, -1);
  return runTogether<D>(at, end, 0, count, control, patience);
}

/** Goes on with a launch that returned `waiting`. @returns as {@link runTogether} */
// @ts-ignore: decorator
@inline
export function resumeOn<D extends Dispatcher>(count: i32, control: usize, patience: i32): i32 {
  const outcome = awaitPhase(count, control, load<i32>(control, Control.Met), patience);
  if (outcome != done) return outcome;
  return runTogether<D>(
    load<usize>(control, Control.Next),
    load<usize>(control, Control.End),
    0,
    count,
    control,
    patience,
  );
}

/** A worker's life: waits for launches and runs its part of each, until a thread has died. */
// @ts-ignore: decorator
@inline
export function serve<D extends Dispatcher>(index: i32, count: i32, control: usize): void {
  let generation = atomic.load<i32>(control + Control.Generation);
  atomic.add<i32>(control + Control.Ready, 1);
  for (;;) {
    waitForChange(control + Control.Generation, generation, control + Control.GenerationSleepers, -1);
    if (atomic.load<i32>(control + Control.Failed)) return;
    generation++;
    atomic.add<i32>(control + Control.Begun, 1);
    if (
      runTogether<D>(load<usize>(control, Control.At), load<usize>(control, Control.End), index, count, control, -1) ==
      died
    )
      return;
  }
}

/** Waits until all threads are here. @returns as {@link runTogether} */
function meet(count: i32, control: usize, patience: i32): i32 {
  const phase = atomic.load<i32>(control + Control.Phase);
  if (atomic.load<i32>(control + Control.Failed)) return died; // phase has been changed for it already, and will not be again
  if (atomic.add<i32>(control + Control.Arrived, 1) != count - 1) return awaitPhase(count, control, phase, patience);
  atomic.store<i32>(control + Control.Arrived, 0);
  atomic.store<i32>(control + Control.Phase, phase + 1);
  if (atomic.load<i32>(control + Control.PhaseSleepers) > 0) atomic.notify(control + Control.Phase, -1);
  return done;
}

/** Waits until the phase is another. @returns as {@link runTogether} */
function awaitPhase(count: i32, control: usize, phase: i32, patience: i32): i32 {
  const word = control + Control.Phase;
  const hasChanged =
    patience == 0
      ? spin(word, phase, beginningSpins) || (haveBegun(count, control) && spin(word, phase, patientSpins))
      : waitForChange(word, phase, control + Control.PhaseSleepers, patience);
  if (!hasChanged) {
    if (patience > 0) {
      store<i32>(control, phase, Control.Met);
      return waiting;
    }
    atomic.store<i32>(control + Control.Failed, 1);
  }
  return atomic.load<i32>(control + Control.Failed) == 0 ? done : died;
}

/** True where every worker has begun all launches, this one included. */
function haveBegun(count: i32, control: usize): bool {
  return atomic.load<i32>(control + Control.Begun) == atomic.load<i32>(control + Control.Generation) * (count - 1);
}

/** Looks up to `turns` times. @returns true where the word is not `value` any more */
function spin(word: usize, value: i32, turns: i64): bool {
  for (let i: i64 = 0; i < turns; i++) {
    if (atomic.load<i32>(word) != value) return true;
  }
  return false;
}

/** Spins, then sleeps, until the word is not `value`. @param patience ms, −1 for ever @returns false when patience ends */
function waitForChange(word: usize, value: i32, sleepers: usize, patience: i32): bool {
  if (spin(word, value, spins)) return true;
  atomic.add<i32>(sleepers, 1);
  const nanoseconds: i64 = patience < 0 ? -1 : <i64>patience * 1000000;
  while (atomic.load<i32>(word) == value) {
    if (atomic.wait<i32>(word, value, nanoseconds) == AtomicWaitResult.TIMED_OUT) break;
  }
  atomic.sub<i32>(sleepers, 1);
  return atomic.load<i32>(word) != value;
}
