/**
 * The script for pages that embed lessons: <script type="module" src="lanegrad-lesson.js"></script>, then
 * <lanegrad-lesson name="xor"></lanegrad-lesson>. `npm run course:build` puts it into build/site/, together with
 * everything that it loads. It must be served from the page's own origin, because of its worker.
 */
import { defineLessonElement } from "./lessonElement.js";

defineLessonElement();
