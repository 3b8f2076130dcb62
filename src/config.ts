/** How a layer, an optimizer, a loss and so on are written down in a file, so that they can be made again. */

/** Plain JSON data: which class, with which options. */
export interface Config {
  readonly className: string;
  readonly [option: string]: unknown;
}
