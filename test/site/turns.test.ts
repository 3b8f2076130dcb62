import { expect, it } from "vitest";
import { PausableTurns } from "../../site/turns.js";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("a turn within 16 ms of the last breath is free; a later one lets messages arrive", async () => {
  const turns = new PausableTurns();
  expect(turns.next()).toBeUndefined();
  await later(25);
  const turn = turns.next();
  expect(turn).toBeInstanceOf(Promise);
  await turn;
  expect(turns.next()).toBeUndefined();
});

it("a paused lesson waits until it is resumed, also when it is paused again meanwhile, and the time is known", async () => {
  const turns = new PausableTurns();
  turns.pause();
  let isOver = false;
  const turn = turns.next()!.then(() => (isOver = true));
  await later(30);
  turns.resume();
  turns.pause();
  await later(30);
  expect(isOver).toBe(false);
  turns.resume();
  await turn;
  expect(turns.pausedFor).toBeGreaterThan(50);
});

it("stopping ends a lesson at its next turn, a paused one at once", async () => {
  const running = new PausableTurns();
  running.stop();
  expect(() => running.next()).toThrow(running.signal.reason as Error);
  const paused = new PausableTurns();
  paused.pause();
  const turn = paused.next();
  paused.stop();
  await expect(turn).rejects.toBe(paused.signal.reason);
});
