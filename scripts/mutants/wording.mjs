/**
 * A plugin of Stryker's that leaves the wording of messages alone: text inside a call of message(), usage() and the
 * like or inside `new …Error(…)` says what is wrong and decides nothing. Text elsewhere (names of options, formats,
 * kinds) is still changed.
 */
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** Functions that word or throw an error. */
const wordsErrors = /^(message|show|fail|refuse|refused|usage|wrong|warn)$|Error$/;

class Wording {
  shouldIgnore(path) {
    if (!path.isStringLiteral() && !path.isTemplateLiteral() && !path.isTemplateElement() && !path.isObjectExpression())
      return undefined;
    const call = path.findParent(
      (parent) =>
        (parent.isCallExpression() || parent.isNewExpression()) && wordsErrors.test(parent.node.callee.name ?? ""),
    );
    if (call !== null) return "wording of a message";
    const { parent, listKey, key } = path;
    const isName = listKey === "arguments" && key < 2 && /^check[A-Z]/.test(parent.callee?.name ?? "");
    return isName ? "the name of an option, for a message" : undefined;
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Ignore, "wording", Wording)];
