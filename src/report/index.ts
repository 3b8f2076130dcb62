/**
 * The entry lanegrad/report: the page of a training, of several, or of a model; what can be shown of any computation, and
 * a page that shows it.
 */
export { Collected } from "./collected.js";
export { reportPage, type PageParts, type Report } from "./page.js";
export { colorPicture, pictureOf, type Picture } from "./picture.js";
export { report, type ReportOptions } from "./report.js";
export type { Runs } from "./runs.js";
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
  Step,
  Steps,
  Table,
  Text,
  Titled,
} from "./shown.js";
