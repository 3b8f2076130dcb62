/**
 * A plugin of Stryker's that leaves the wording of messages alone: text inside a call of message(), usage() and the
 * like or inside `new …Error(…)` says what is wrong and decides nothing. Text elsewhere (names of options, formats,
 * kinds) is still changed.
 */
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** Functions that word or throw an error. */
const wordsErrors = /^(message|show|fail|refuse|refused|usage|wrong|warn|damaged|wrongRow|wrongType|notLists)$|Error$/;
/** Variables and properties that hold a part of a message. */
const holdsWording = /^(op|hint|expected|got|text|wrong|what|advice)$/;
/** Functions whose first argument is the operation that a message is to name. */
const takesOperation =
  /^(bound|checkIdle|checkUsable|checked|claimStates|compiled|graph|interrupts|modelBytes|newStates|readBytes|readFile|step|writeBytes|writeModel)$/;

/** Functions that take a hint as their third argument. */
const takesHint = /^nodeBuiltin$/;

/** The name of what is called: a function, or a method, private ones too. */
const nameOf = ({ name, property }) => name ?? property?.name ?? property?.id?.name ?? "";

/** True where what is declared, one name or a list of them, holds wording alone. */
const isWording = ({ name, elements }) => (elements ?? [{ name }]).every((one) => holdsWording.test(one?.name ?? ""));

class Wording {
  shouldIgnore(path) {
    if (!path.isStringLiteral() && !path.isTemplateLiteral() && !path.isTemplateElement() && !path.isObjectExpression())
      return undefined;
    if (path.isTemplateLiteral() && path.node.quasis[0].value.raw === "" && path.node.expressions[0]?.name === "op")
      return "the name of an operation and its file";
    const call = path.findParent(
      (parent) =>
        (parent.isCallExpression() || parent.isNewExpression()) && wordsErrors.test(nameOf(parent.node.callee)),
    );
    if (call !== null) return "wording of a message";
    const declared = path.findParent((parent) => parent.isVariableDeclarator());
    if (declared !== null && isWording(declared.node.id)) return "wording of a message";
    const preset = path.findParent((parent) => parent.isAssignmentPattern());
    if (preset !== null && holdsWording.test(preset.node.left.name ?? "")) return "wording of a message";
    const set = path.findParent((parent) => parent.isAssignmentExpression());
    if (set !== null && holdsWording.test(set.node.left.name ?? "")) return "wording of a message";
    const { parent, listKey, key } = path;
    if (key === "value" && holdsWording.test(parent.key?.name ?? "")) return "wording of a message";
    const called = nameOf(parent.callee ?? {});
    if (listKey === "arguments" && key === 0 && takesOperation.test(called)) return "the name of an operation";
    if (listKey === "arguments" && key === 2 && takesHint.test(called)) return "wording of a message";
    if (called === "fork") return "the name of a stream of random numbers, each as good as another";
    const isName = listKey === "arguments" && key < 2 && /^check[A-Z]/.test(parent.callee?.name ?? "");
    return isName ? "the name of an option, for a message" : undefined;
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Ignore, "wording", Wording)];
