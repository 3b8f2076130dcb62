/**
 * Runs lessons in a worker, so that the page that shows them never freezes. One at a time: a lesson ends before the
 * next begins.
 */
import { DataError, type Info, init } from "lanegrad";
import type { Graph } from "lanegrad/report";
import { lessons } from "../course/index.js";
import type { DataSource, Provided, Stage } from "../course/stage.js";
import { drawnGraph } from "./graphviz.js";
import type { Order, Report, Start } from "./messages.js";
import { PausableTurns } from "./turns.js";

const tell = (report: Report): void => postMessage(report);

const started = init();
started.then(
  (info) => tell({ kind: "engine", text: engineText(info) }),
  (error: unknown) => tell({ kind: "engine", text: String(error) }),
);

let turns = new PausableTurns();

addEventListener("message", ({ data: order }: MessageEvent<Order>) => {
  if (order.kind === "start") {
    turns = new PausableTurns();
    void perform(order, turns);
  } else turns[order.kind]();
});

async function perform({ lesson: name, settings, seed, files }: Start, turns: PausableTurns): Promise<void> {
  const { signal } = turns;
  const start = performance.now();
  const graphs: Promise<void>[] = [];
  try {
    await started;
    const lesson = lessons.find((one) => one.name === name)!;
    const stage: Stage = {
      ...{ settings, seed, signal },
      show: (shown) => {
        if (shown.kind === "graph") graphs.push(showGraph(shown, signal));
        else tell({ kind: "shown", shown });
      },
      turn: () => turns.next(),
      data: (source, isOptional = false) => provide(source, files[source.name], isOptional),
      keep: async () => undefined,
    };
    await lesson.run(stage);
    await Promise.all(graphs);
    const seconds = ((performance.now() - start - turns.pausedFor) / 1000).toFixed(1);
    tell({ kind: "ended", ending: "done", text: `Finished in ${seconds} s.` });
  } catch (error) {
    if (signal.aborted) tell({ kind: "ended", ending: "stopped", text: "Stopped." });
    else tell({ kind: "ended", ending: "failed", text: error instanceof Error ? error.message : String(error) });
  }
}

/** Shows a graph in words at once, and drawn when Graphviz has been loaded: here, where it holds up no page. */
async function showGraph(graph: Graph, signal: AbortSignal): Promise<void> {
  const shownWith = (svg: string): void => tell({ kind: "shown", shown: { ...graph, svg } });
  shownWith("");
  const svg = await drawnGraph(graph.dot).catch(() => ""); // then it remains in words
  if (svg !== "" && !signal.aborted) shownWith(svg);
}

/** Reads a data set from the given files. @throws {DataError} when files are missing or damaged */
async function provide<Data>(
  source: DataSource<Data>,
  files: readonly File[] | undefined,
  isOptional: boolean,
): Promise<Provided<Data>> {
  const { title } = source;
  if (files === undefined) {
    const place = `${title} is not here: give its files above to train on it`;
    if (isOptional) return { data: undefined, place };
    throw new DataError(place);
  }
  const now = (text: string): void => tell({ kind: "shown", shown: { kind: "now", text } });
  now(`reading ${title} …`);
  const bytes = await Promise.all(
    files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const),
  );
  const data = await source.read(new Map(bytes));
  now("");
  return { data, place: files.length === 1 ? files[0].name : "the files given" };
}

/** "lanegrad 0.1.0: relaxed SIMD, 2 threads" */
function engineText({ version, build, threads, threadsReason }: Info): string {
  const plural = threads === 1 ? "thread" : "threads";
  return `lanegrad ${version}: ${build === "relaxed" ? "relaxed SIMD" : "SIMD"}, ${threads} ${plural} (${threadsReason})`;
}
