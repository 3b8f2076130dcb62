/**
 * A web server on the loopback address that misbehaves on demand, in place of the mirrors of a data set.
 * Each behaviour is a folder: http://127.0.0.1:port/<behaviour>/<file>.
 */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The real clock, whatever a test has put in its place. */
const { setTimeout } = globalThis;

/** What the server does with a file. */
const behaviours = {
  good: (response: ServerResponse, bytes: Uint8Array) => void response.end(bytes),
  /** In pieces of 5,000 bytes, 20 ms apart. */
  slow: (response: ServerResponse, bytes: Uint8Array) => {
    let at = 0;
    const send = () => {
      if (response.destroyed) return;
      response.write(bytes.subarray(at, (at += 5000)));
      if (at < bytes.length) setTimeout(send, 20);
      else response.end();
    };
    send();
  },
  notFound: (response: ServerResponse) => void response.writeHead(404).end("<!doctype html>no such file"),
  broken: (response: ServerResponse) => void response.writeHead(500).end(),
  /** Nothing at all, not even a status. */
  silent: () => undefined,
  /** Half of the file, then nothing. */
  stalling: (response: ServerResponse, bytes: Uint8Array) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2));
  },
  /** A byte now and then, for ever. */
  dripping: (response: ServerResponse, bytes: Uint8Array) => {
    let at = 0;
    const timer = setInterval(() => response.write(bytes.subarray(at, ++at)), 5);
    response.on("close", () => clearInterval(timer));
  },
  /** Half of the promised bytes, then the connection is cut. */
  cut: (response: ServerResponse, bytes: Uint8Array) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  },
  /** A shorter file, delivered without a fault. */
  truncated: (response: ServerResponse, bytes: Uint8Array) => void response.end(bytes.subarray(0, -1)),
  /** One bit is wrong. */
  corrupted: (response: ServerResponse, bytes: Uint8Array) => {
    const copy = new Uint8Array(bytes);
    copy[copy.length >> 1] ^= 1;
    response.end(copy);
  },
  /** Never ends. */
  endless: (response: ServerResponse) => {
    const piece = new Uint8Array(100_000);
    const send = () => {
      if (!response.destroyed) response.write(piece, () => setImmediate(send));
    };
    send();
  },
  /** A page instead of the file, as in a hotel. */
  portal: (response: ServerResponse) => void response.end("<!doctype html>please log in"),
};

export type Behaviour = keyof typeof behaviours;

export interface MirrorServer {
  /** The address of the folder whose files are delivered so. */
  readonly url: (behaviour: Behaviour) => string;
  /** What was asked for, as behaviour/file. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

/** Starts a server that has `files`, by name. */
export async function startMirror(files: Readonly<Record<string, Uint8Array>>): Promise<MirrorServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const [, behaviour, name] = (request.url ?? "").split("/");
    requests.push(`${behaviour}/${name}`);
    response.on("error", () => undefined);
    behaviours[behaviour as Behaviour](response, files[name]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: (behaviour) => `http://127.0.0.1:${port}/${behaviour}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
