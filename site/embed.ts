/**
 * The script with which any page holds lessons: <script type="module" src="lanegrad-lesson.js"></script>, then
 * <lanegrad-lesson name="xor"></lanegrad-lesson>. `npm run course:build` puts it into build/site/, with all that it
 * loads beside it; it has to be served from where the page is, because its worker has to.
 */
import { defineLessonElement } from "./lessonElement.js";

defineLessonElement();
