/** Networks of this entry from their files. */
import { DataError, UsageError, message, show } from "../errors.js";
import { type ByteSource, readBytes } from "../io/bytes.js";
import { BoltzmannMachine } from "./boltzmann.js";
import { CompetitiveNetwork } from "./competitive.js";
import { HopfieldNetwork } from "./hopfield.js";
import { ModernHopfieldNetwork } from "./modernHopfield.js";
import { Perceptron } from "./perceptron.js";
import { RestrictedBoltzmannMachine } from "./restrictedBoltzmann.js";
import { SelfOrganizingMap } from "./selfOrganizingMap.js";
import { type Stored, readStored } from "./saved.js";

/** The networks of this entry. */
export type ClassicNetwork =
  | BoltzmannMachine
  | CompetitiveNetwork
  | HopfieldNetwork
  | ModernHopfieldNetwork
  | Perceptron
  | RestrictedBoltzmannMachine
  | SelfOrganizingMap;

const makers: Readonly<Record<string, (op: string, stored: Stored) => ClassicNetwork>> = {
  boltzmann: (...stored) => BoltzmannMachine.from(...stored),
  competitive: (...stored) => CompetitiveNetwork.from(...stored),
  hopfield: (...stored) => HopfieldNetwork.from(...stored),
  map: (...stored) => SelfOrganizingMap.from(...stored),
  "modern-hopfield": (...stored) => ModernHopfieldNetwork.from(...stored),
  perceptron: (...stored) => Perceptron.from(...stored),
  "restricted-boltzmann": (...stored) => RestrictedBoltzmannMachine.from(...stored),
};

/**
 * The network that `save` of a network of this entry wrote: an instance of its class.
 * @param source  a path or file: URL (Node), bytes, a Blob, a Response, a stream
 * @throws {DataError} when the file cannot be read, is damaged, or holds something else
 */
export async function loadClassic(source: ByteSource): Promise<ClassicNetwork> {
  const op = "loadClassic";
  const stored = readStored(op, await readBytes(op, source));
  const maker = Object.hasOwn(makers, stored.kind) ? makers[stored.kind] : undefined;
  if (maker === undefined) {
    const expected = Object.keys(makers).join(", ");
    throw new DataError(message(op, "the file holds another kind of network", { expected, got: show(stored.kind) }));
  }
  try {
    return maker(op, stored);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new DataError(message(op, `the file does not describe a network. ${error.message.replace(/\.$/, "")}`));
  }
}
