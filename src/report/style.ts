/** The style of pages: light and dark, wide and narrow. */

/** The colours, by name, of what a selector matches. */
export const colors = (selector: string): string => `
${selector} { color-scheme: light dark; --ink: #1d2530; --faint: #5a6573; --line: #d9dee5; --paper: #fff; --mark: #eef2f7; --shade: #9aa5b3; --link: #1f5fb8; --failure: #a3202f; }
@media (prefers-color-scheme: dark) { ${selector} { --ink: #e3e8ee; --faint: #a3aebb; --line: #37414d; --paper: #14181d; --mark: #1e252d; --shade: #6b7887; --link: #7fb2f5; --failure: #ff9a9f; } }
`;

/** The style sheet of a page. */
const page = `${colors(":root")}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2.5rem 0 0.25rem; font-size: 1.2rem; } h3 { margin: 1.75rem 0 0.25rem; font-size: 1rem; }
`;

/** The style of what is drawn, on a page or elsewhere. */
export const pieces = `
p { margin: 0.25rem 0 0.75rem; } .facts { color: var(--faint); }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll.overflows { background: linear-gradient(90deg, var(--paper) 1.5rem, transparent) left / 3rem 100%, linear-gradient(270deg, var(--paper) 1.5rem, transparent) right / 3rem 100%, linear-gradient(90deg, var(--shade), transparent) left / 0.8rem 100%, linear-gradient(270deg, var(--shade), transparent) right / 0.8rem 100%; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
.scroll pre { width: max-content; margin: 0.5rem 0; overflow: visible; } .scroll:focus-visible, pre:focus-visible { outline: 2px solid #2f74d0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th { font-weight: 500; color: var(--faint); } th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); }
.words, .facts-table th, .facts-table td { text-align: left; } .facts-table th { vertical-align: top; } .facts-table td { white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .words { white-space: normal; min-width: 5.5rem; } thead th { white-space: normal; vertical-align: bottom; } th, td { padding: 0.15rem 0.4rem; } } tbody tr:hover { background: var(--mark); }
input, select, button { font: inherit; padding: 0.15rem 0.5rem; } input { width: 5rem; } label { margin-right: 0.75rem; } output { color: var(--faint); }
pre { overflow-x: auto; font-size: 0.85rem; line-height: 1.35; } .wrapped { white-space: pre-wrap; }
.gallery { display: flex; flex-wrap: wrap; gap: 0.6rem; } figure { margin: 0; } figure:has(.columns-names) { max-width: 100%; } .named-columns { width: max-content; } figure .named-columns canvas { max-width: none; } figure canvas { outline: 1px solid var(--line); image-rendering: pixelated; max-width: 100%; }
.columns-names { display: grid; font-size: 0.75rem; text-align: center; } .columns-names span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
figcaption { font-size: 0.75rem; color: var(--faint); max-width: 7rem; } .scale { flex-basis: 100%; margin: 0; font-size: 0.85rem; color: var(--faint); }
.steps { display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0.5rem 0; } .steps button { min-width: 2.2rem; padding: 0.15rem 0.5rem; border: 1px solid var(--faint); border-radius: 4px; background: var(--mark); color: var(--ink); cursor: pointer; } .steps [aria-current] { background: var(--link); border-color: var(--link); color: var(--paper); } .steps [aria-disabled="true"] { color: var(--faint); cursor: default; } .step-name { font-weight: 600; font-variant-numeric: tabular-nums; }
.matrix td, .matrix th { text-align: center; border: 1px solid var(--line); }
.names span { display: inline-block; margin-right: 1rem; } .names span::before { content: ""; display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.35rem; border-radius: 50%; background: var(--mark-color); }
.graph svg { max-width: max(100%, 34rem); height: auto; } .graph text { fill: var(--ink); } .graph [stroke="black"] { stroke: var(--faint); } .graph [fill="black"] { fill: var(--faint); }
.u-legend { text-align: left !important; white-space: normal; } .u-legend th { white-space: nowrap; } @media (max-width: 40rem) { .u-legend th { white-space: normal; } } .uplot { max-width: 100%; }
`;

/** The style sheet of a page and of what is drawn on it. */
export const style = page + pieces;
