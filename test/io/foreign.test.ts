/** Files of other formats where a model is expected: the message names them. */
import { describe, expect, it } from "vitest";
import { layers, loadModel, sequential } from "../../src/index.js";
import "../support/engine.js";

const bytes = (begins: string, at = 0): Uint8Array => {
  const file = new Uint8Array(64);
  for (const [i, one] of Array.from(begins).entries()) file[at + i] = one.charCodeAt(0);
  return file;
};

describe("loadModel and loadWeights name what they were given", () => {
  it.each([
    ["an HDF5 file, such as Keras's .h5", bytes("\x89HDF\r\n\x1a\n")],
    ["a ZIP archive, such as Keras's .keras, PyTorch's .pt or NumPy's .npz", bytes("PK\x03\x04")],
    ["a pickle, such as an older .pt of PyTorch", bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9")],
    ["perhaps an ONNX model", bytes("\x08\x08\x12\x07pytorch")],
    ["a NumPy array", bytes("\x93NUMPY\x01")],
    ["a TensorFlow Lite model", bytes("TFL3", 4)],
    ["a GGUF file", bytes("GGUF\x03\x00\x00\x00\x01")],
    ["a text in JSON, such as a model of TensorFlow.js", bytes('{"modelTopology": 1}')],
    ["a JPEG picture", bytes("\xff\xd8\xff\xe0\x00\x10JFIF")],
    ["a PNG picture", bytes("\x89PNG\r\n\x1a\n")],
    ["a text in HTML or XML", bytes("<!doctype html>")],
    ["a gzip file", bytes("\x1f\x8b\x08\x00\x00\x00\x00\x01")],
  ])("%s", async (name, file) => {
    const expected = `safetensors: this is a file of another format; expected safetensors, got ${name}. `;
    await expect(loadModel(file)).rejects.toThrow(expected);
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    await expect(model.loadWeights(file)).rejects.toThrow(expected);
  });

  it("what is none of them is not a safetensors file, or cut off", async () => {
    await expect(loadModel(bytes("\x01\x02\x03\x04\x05\x06\x07\x08"))).rejects.toThrow("the header's length is wrong");
  });
});

describe("arrays that are not what fit takes", () => {
  it("rows as typed arrays are rows", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    const rows = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    const [a, b] = [await model.predict(rows), await model.predict([[1, 2], [3, 4]])]; // prettier-ignore
    expect(a.toArray()).toEqual(b.toArray());
    await expect(model.predict([Float32Array.of(1, 2), Float32Array.of(3)])).rejects.toThrow(
      "predict x: values[1] has the wrong length; expected 2 values for shape [2, 2], got 1.",
    );
  });

  it("words as labels are refused with what to do", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    await expect(model.predict([["cat", 1]] as never)).rejects.toThrow(
      'predict x: values[0][0] must be a number; got "cat". Give words numbers, for example by names.indexOf(word).',
    );
  });
});
