/** Files of other formats, recognised by their first bytes, so that a message names them. Does not read them. */

/** What a file begins with at a place, what it is, and what to do with it. */
const formats: readonly (readonly [begins: string, at: number, name: string, hint: string])[] = [
  ["\x89HDF\r\n\x1a\n", 0, "an HDF5 file, such as Keras's .h5", "tensors"],
  ["PK\x03\x04", 0, "a ZIP archive, such as Keras's .keras, PyTorch's .pt or NumPy's .npz", "tensors"],
  ["\x80", 0, "a pickle, such as an older .pt of PyTorch", "tensors"],
  ["\x93NUMPY", 0, "a NumPy array", "tensors"],
  ["GGUF", 0, "a GGUF file", "tensors"],
  ["TFL3", 4, "a TensorFlow Lite model", "tensors"],
  ["\xff\xd8\xff", 0, "a JPEG picture", "picture"],
  ["\x89PNG\r\n\x1a\n", 0, "a PNG picture", "picture"],
  ["GIF8", 0, "a GIF picture", "picture"],
  ["WEBP", 8, "a WebP picture", "picture"],
  ["\x1f\x8b", 0, "a gzip file", "Unpack it first."],
  ["%PDF", 0, "a PDF file", "Name another file."],
  ["<", 0, "a text in HTML or XML", "It may be a page that says that the file is missing."],
  ["{", 0, "a text in JSON, such as a model of TensorFlow.js", "tensors"],
  ["\x08", 0, "perhaps an ONNX model", "tensors"],
];

const hints: Readonly<Record<string, string>> = {
  tensors: "Save its weights as safetensors, for example by safetensors.numpy.save_file in Python.",
  picture: "Pictures are read by datasets.imageFolder.",
};

/** The format of a file that is not the expected one, and advice. @returns undefined where it is not known */
export function foreignFormat(file: Uint8Array): { readonly name: string; readonly hint: string } | undefined {
  const found = formats.find(([begins, at]) =>
    Array.from(begins).every((one, i) => file[at + i] === one.charCodeAt(0)),
  );
  return found && { name: found[2], hint: hints[found[3]] ?? found[3] };
}
