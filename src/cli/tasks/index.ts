/** Which task a recipe has. */
import type { Recipe } from "../recipes/recipe.js";
import { classes } from "./classes.js";
import type { Task } from "./task.js";

/** The recipe's own, else that of classes. */
export function taskOf({ task = classes }: Pick<Recipe, "task">): Task {
  return task;
}
