import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { currentRootfs } from '../testbed/rootfs/current-rootfs.js';
import { busyboxImage, type TestImage } from './image.js';

/** Loads the image into a daemon under its name. Throws when the daemon reports an error line. */
export async function loadTestImage(engine: { socket: string }, image: TestImage): Promise<void> {
  const lines = await post(engine.socket, '/images/load?quiet=1', image.archive);
  if (lines.includes('"error')) throw new Error(`load of ${image.name} failed: ${lines}`);
}

/** Gives the daemon a runnable `busybox:test` (or another name) without a network. */
export async function importBaseImage(engine: { socket: string }, name?: string) {
  const image = await busyboxImage(await currentRootfs(), name);
  await loadTestImage(engine, image);
  return image;
}

function post(socketPath: string, path: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-tar', 'content-length': body.length };
    const sent = request({ socketPath, path, method: 'POST', headers }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
