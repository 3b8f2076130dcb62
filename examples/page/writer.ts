/** Learns a text in a page, character by character, and writes on while it learns. Run it by `npm run example:page`. */
import { bptt, init, layers, losses, noGrad, optimizers, scope, sequential, slice, tensor, text } from "lanegrad";

const [passes, window, streams] = [40, 25, 4];
const element = (id: string): HTMLElement => document.getElementById(id)!;
const [source, button] = [element("source") as HTMLTextAreaElement, element("train") as HTMLButtonElement];

await init();
button.disabled = false;
button.onclick = async () => {
  button.disabled = true;
  element("state").textContent = await train().catch(String);
  button.disabled = false;
};

async function train(): Promise<string> {
  const tokenizer = text.fitTokenizer(source.value, { unit: "characters", padding: false, unknown: false });
  const tokens = tokenizer.encode(source.value.repeat(2 * streams));
  const draw = text.sampler({ temperature: 0.3 });
  using model = sequential([
    layers.embedding({ inputDim: tokenizer.size, outputDim: 16, inputLength: window }),
    layers.lstm({ units: 64, returnSequences: true }),
    layers.dense({ units: tokenizer.size }), // logits of the character after each
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01, globalClipNorm: 1 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
  });

  /** The character after the last `window` ones. */
  const next = (written: readonly number[]): number =>
    scope(() =>
      noGrad(() => {
        const input = tensor([written.slice(-window)], { dtype: "int32" });
        return draw(slice(model.call([input])[0], [0, window - 1, 0], [1, 1, tokenizer.size]));
      }),
    );

  let bits = Infinity;
  for (let pass = 1; pass <= passes; pass++) {
    const { loss } = await bptt(model, text.streams(tokens, { batchSize: streams }), { window, carryState: false });
    bits = loss / Math.LN2;
    const written = [...tokens.slice(0, window)];
    while (written.length < 120) written.push(next(written));
    element("written").textContent = tokenizer.decode(written);
    element("progress").setAttribute("value", String(pass / passes));
  }
  document.body.dataset.bits = String(bits);
  return `${bits.toFixed(2)} bits a character`;
}
