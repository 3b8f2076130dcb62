/**
 * Seeds of models that are made without one: 0, 1, 2, … in the order of their making, so that they differ and a program
 * gives the same bits each time.
 */
export const unseeded = { next: 0 };
