/** The entry lanegrad/report: what can be shown of a computation, and a page that shows it. */
export { Collected } from "./collected.js";
export { reportPage, type PageParts, type Report } from "./page.js";
export { pictureOf, type Picture } from "./picture.js";
export type {
  Block,
  Chart,
  Conclusion,
  Confusion,
  Fact,
  Graph,
  HeatMap,
  Images,
  Marks,
  Now,
  Point,
  Progress,
  Row,
  Series,
  Shown,
  Table,
  Text,
  Titled,
} from "./shown.js";
