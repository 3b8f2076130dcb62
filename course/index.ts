/** The lessons of the course, chapter by chapter, in the order in which they are meant to be taken. */
import type { Lesson } from "./stage.js";
import { xor } from "./feedforward/xor.js";

/** Every lesson. To add one: its file, and a line here. */
export const lessons: readonly Lesson[] = [xor];
