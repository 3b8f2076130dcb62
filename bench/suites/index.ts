/** All groups of benchmarks. */
import { type Group, groups } from "../case.js";
import { attentionCases } from "../cases/attention.js";
import { cnnCases } from "../cases/cnn.js";
import { convCases } from "../cases/conv.js";
import { denseCases } from "../cases/dense.js";
import { elementwiseCases } from "../cases/elementwise.js";
import { gemmCases } from "../cases/gemm.js";
import { maxPoolCase } from "../cases/pool.js";
import { recurrentCases } from "../cases/recurrent.js";
import { seq2seqCases } from "../cases/seq2seq.js";
import { speechCases } from "../cases/speech.js";
import { tinyCases } from "../cases/tiny.js";
import { adamCase } from "../cases/adam.js";
import { convGradientCases } from "../cases/convGradient.js";
import { minimizeSuite } from "./minimize.js";
import { startupSuite } from "./startup.js";
import { type Suite, suiteOf } from "./suite.js";
import { threadsSuite } from "./threads.js";
import { wordsSuite } from "./words.js";

/** The groups by name. */
export const suites: Readonly<Record<Group, Suite>> = {
  gemm: suiteOf(gemmCases),
  dense: suiteOf(denseCases),
  conv: suiteOf([...convCases, ...convGradientCases, maxPoolCase]),
  recurrent: suiteOf(recurrentCases),
  attention: suiteOf(attentionCases),
  seq2seq: suiteOf(seq2seqCases),
  words: wordsSuite,
  speech: suiteOf(speechCases),
  cnn: suiteOf(cnnCases),
  elementwise: suiteOf([...elementwiseCases, adamCase]),
  minimize: minimizeSuite,
  tiny: suiteOf(tinyCases),
  startup: startupSuite,
  threads: threadsSuite,
};

/** The names accepted on the command line: a group, or all. */
export const suiteNames: readonly string[] = [...groups, "all"];

/** The groups for a name on the command line. */
export function chosenGroups(name: string): readonly Group[] {
  return name === "all" ? groups : groups.filter((group) => group === name);
}
