/**
 * A reporter of Stryker's that writes each survivor down when it is found, for a run of hours that somebody reads while it goes on, or that is ended: one
 * line of JSON each in the file that MUTANTS_FOUND names. The next run of the room begins the file anew.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";

class FoundReporter {
  static inject = [];

  onMutationTestingPlanReady() {
    writeFileSync(process.env.MUTANTS_FOUND, "");
  }

  onMutantTested({ fileName, location: { start }, mutatorName, replacement, status }) {
    if (status !== "Survived" && status !== "NoCoverage") return;
    const file = fileName.slice(fileName.lastIndexOf("src/"));
    const line = { at: `${file}:${start.line}:${start.column}`, mutatorName, replacement };
    appendFileSync(process.env.MUTANTS_FOUND, `${JSON.stringify(line)}\n`);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, "found", FoundReporter)];
