/** The style of a lesson. What the lesson shows looks as in reports. */
import plotStyle from "uplot/dist/uPlot.min.css?inline";
import { colors, pieces } from "../src/report/style.js";

/** For the element's shadow root. */
export const lessonStyle = `${plotStyle}${colors(":host")}${pieces}
:host { display: block; container-type: inline-size; color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
[hidden] { display: none !important; }
h2 { margin: 0; font-size: 1.5rem; } h3 { margin: 1.5rem 0 0.25rem; font-size: 1.1rem; } h4 { margin: 1.25rem 0 0.25rem; font-size: 1rem; }
a { color: var(--link); overflow-wrap: anywhere; }
.columns { display: grid; gap: 0 2rem; grid-template-columns: minmax(0, 1fr); }
@container (min-width: 70rem) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } .code .scroll { max-height: 80vh; overflow-y: auto; } }
fieldset { margin: 0.75rem 0; padding: 0.25rem 0.75rem 0.5rem; border: 1px solid var(--line); border-radius: 6px; }
.setting { display: grid; grid-template-columns: 5rem 6rem minmax(6rem, 14rem) minmax(0, 1fr); gap: 0 0.75rem; align-items: center; margin: 0.3rem 0; }
.setting select { grid-column: 2 / 4; } .setting input, .setting select { width: 100%; min-width: 0; box-sizing: border-box; margin: 0; } .setting input[type="checkbox"] { width: auto; justify-self: start; }
.help { color: var(--faint); font-size: 0.85rem; } .setting .help { grid-column: 4; }
@container (max-width: 40rem) { .setting { grid-template-columns: 5.6rem 6rem minmax(0, 1fr); } .setting .help { grid-column: 1 / -1; } }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; } .buttons select { max-width: 100%; min-width: 0; }
button, .button { padding: 0.3rem 0.9rem; border: 1px solid var(--faint); border-radius: 6px; background: var(--mark); color: var(--ink); cursor: pointer; }
button:disabled { color: var(--faint); border-color: var(--line); cursor: default; } button.main:not(:disabled) { background: var(--link); border-color: var(--link); color: var(--paper); }
:is(button, input, select, a):focus-visible, .button:focus-within { outline: 2px solid var(--link); outline-offset: 2px; }
.button input { position: absolute; width: 1px; height: 1px; opacity: 0; } .data[inert] { opacity: 0.6; }
.data { margin: 0.75rem 0; padding: 0 0.75rem; border: 1px dashed var(--faint); border-radius: 6px; } .data h3 { margin-top: 0.5rem; } .data.over { background: var(--mark); }
progress { width: 100%; accent-color: var(--link); } .now { min-height: 1.5em; font-variant-numeric: tabular-nums; color: var(--faint); } .state { font-weight: 600; margin: 0; }
textarea { display: block; width: 100%; box-sizing: border-box; margin: 0.25rem 0 0.5rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: 6px; }
.said p { white-space: pre-wrap; margin: 0.5rem 0; } .said .asked { color: var(--faint); } .said .answer { font-weight: 600; } .heard { min-height: 1.5em; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.conclusions p { font-weight: 600; } .failure { color: var(--failure); } .code pre { margin: 0; tab-size: 2; font-size: 0.8rem; line-height: 1.5; }
`;
