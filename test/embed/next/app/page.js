"use client";
/** Trains in the browser once the page is there. */
import { useEffect, useState } from "react";
import { trainXor } from "./xor.js";

export default function Page() {
  const [text, setText] = useState("");
  useEffect(() => {
    trainXor().then(
      (result) => setText(JSON.stringify(result)),
      (error) => setText(JSON.stringify({ error: String(error) })),
    );
  }, []);
  return <output>{text}</output>;
}
