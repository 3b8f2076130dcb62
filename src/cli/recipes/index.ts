/** The recipes that there are, by name. */
import { imdbRecipes } from "./imdb.js";
import {
  digits,
  mnistLinear,
  mnistLinearDeskewed,
  mnistMlp1000,
  mnistMlp300,
  mnistMlp300Deskewed,
  mnistMlpSixLayer,
} from "./perceptrons.js";
import { mnistCnn, mnistLenet } from "./convolutional.js";
import type { Recipe } from "./recipe.js";
import { shakespeare } from "./shakespeare.js";
import { xor } from "./xor.js";

/** In the order of the help; the first is the default. */
export const recipes: readonly Recipe[] = [
  digits,
  mnistLinear,
  mnistLinearDeskewed,
  mnistMlp300,
  mnistMlp300Deskewed,
  mnistMlp1000,
  mnistMlpSixLayer,
  mnistLenet,
  mnistCnn,
  xor,
  ...imdbRecipes,
  shakespeare,
];
