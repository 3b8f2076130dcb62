/* global document, location, requestAnimationFrame, performance, PerformanceObserver, File, DataTransfer, Event, getComputedStyle, crossOriginIsolated, setTimeout */
/** What runs in the page of a lesson. Each function is sent there as text, so none of them sees anything outside itself. */

/** Waits for a lesson's element after its link was followed. */
export async function open(name) {
  location.hash = name;
  for (let i = 0; i < 200; i++) {
    const lesson = document.querySelector(`lanegrad-lesson[name="${name}"]`);
    const engine =
      lesson?.shadowRoot?.querySelector(".help[data-engine], .columns p.help")?.textContent ?? "starting …";
    if (engine !== "starting …") return { engine, isIsolated: crossOriginIsolated };
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the engine did not start within 20 s");
}

/** Gives files to a lesson as if they had been chosen. @param files indices and names of what the server has below /data/ */
export async function give(files) {
  const transfer = new DataTransfer();
  for (const { index, name } of files) {
    const response = await fetch(`/data/${index}`);
    transfer.items.add(new File([await response.arrayBuffer()], name));
  }
  const input = document.querySelector("lanegrad-lesson").shadowRoot.querySelector("input[type=file]");
  input.files = transfer.files;
  input.dispatchEvent(new Event("change"));
}

/** Sets settings by name. */
export function set(settings) {
  const { shadowRoot } = document.querySelector("lanegrad-lesson");
  for (const [name, value] of Object.entries(settings)) {
    const input = shadowRoot.getElementById(name);
    if (typeof value === "boolean") input.checked = value;
    else input.value = String(value);
    input.dispatchEvent(new Event("input"));
  }
}

/** Presses the button that starts the lesson, and counts what blocks the main thread from then on. */
export function start() {
  const { shadowRoot } = document.querySelector("lanegrad-lesson");
  const record = {
    began: performance.now(),
    last: performance.now(),
    gap: 0,
    gapAt: 0,
    task: 0,
    over: false,
    errors: [],
  };
  document.lessonRecord = record;
  document.defaultView.addEventListener("error", ({ message }) => record.errors.push(message));
  const frame = (now) => {
    if (record.over) return;
    if (now - record.last > record.gap) {
      record.gap = now - record.last;
      record.gapAt = (record.last - record.began) / 1000;
    }
    record.last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => {
    record.last = now;
    requestAnimationFrame(frame);
  });
  if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        if (startTime > record.began && !record.over) record.task = Math.max(record.task, duration);
    }).observe({ type: "longtask" });
  } else record.task = null;
  shadowRoot.querySelector(".buttons button.main").click();
}

/** How the lesson stands: its state and what it last said. */
export function standing() {
  const lesson = document.querySelector("lanegrad-lesson");
  const { state } = lesson.dataset;
  const { lessonRecord: record } = document;
  const text = (selector) => [...lesson.shadowRoot.querySelectorAll(selector)].map(({ textContent }) => textContent);
  const isOver = state !== "running" && state !== "paused" && state !== "ready";
  return {
    ...{ state, isOver, seconds: (performance.now() - record.began) / 1000 },
    ...{ gap: record.gap, gapAt: record.gapAt, task: record.task, errors: record.errors },
    ...{ conclusions: text(".conclusions p"), said: text(".state").join(), now: text(".now").join() },
    ...{ failures: text(".conclusions .failure"), facts: text(".facts-table td") },
  };
}

/** Ends the counting of what blocks the main thread, after a last moment in which drawings appear. */
export async function settle() {
  await new Promise((done) => setTimeout(done, 800));
  document.lessonRecord.over = true;
}

/** What is wider than the page: its width if that is more than the window's, and the elements that stick out of their box. */
export function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  const { shadowRoot } = document.querySelector("lanegrad-lesson");
  const isScrolled = (one) => {
    for (let up = one.parentElement; up !== null; up = up.parentElement)
      if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const out = [...shadowRoot.querySelectorAll("*")].filter((one) => {
    const { right, width } = one.getBoundingClientRect();
    return width > 0 && right > clientWidth + 1 && !isScrolled(one);
  });
  const names = out
    .slice(0, 3)
    .map(({ localName, className }) => `${localName}.${String(className.baseVal ?? className)}`);
  return { widest: scrollWidth > clientWidth ? scrollWidth : 0, names };
}

/** Stops the lesson, and waits until it has ended. */
export async function stop() {
  const lesson = document.querySelector("lanegrad-lesson");
  [...lesson.shadowRoot.querySelectorAll(".buttons button")].find((one) => one.textContent === "Stop")?.click();
  while (lesson.dataset.state === "running") await new Promise((done) => setTimeout(done, 20));
}
