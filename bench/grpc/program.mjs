/**
 * What a row measures of the SDK, in a process of its own: `node program.mjs ADDRESS CLIENT WORK...`.
 *
 * Prints how long the work itself took, without the start of the process and its connection.
 */
import {
  addressTransport,
  buildKitOver,
  parseBuilderAddress,
} from '../../packages/core/dist/index.js';

const [address, grpc, kind, ...args] = process.argv.slice(2);
const builder = buildKitOver(addressTransport(parseBuilderAddress(address)), { grpc });

const works = {
  /** `COUNT` calls, so many at a time. */
  async calls(count, atOnce) {
    for (let begun = 0; begun < Number(count); begun += Number(atOnce))
      await Promise.all(Array.from({ length: Number(atOnce) }, () => builder.listWorkers()));
  },
  /** Blobs one after the other: `DIGEST=SIZE`. */
  async read(...blobs) {
    for (const blob of blobs) {
      const [digest, size] = blob.split('=');
      let left = Number(size);
      for await (const piece of builder.content.fetch({ digest, size: left })) left -= piece.length;
      if (left !== 0) throw new Error(`${digest} has another size`);
    }
  },
};

await builder.listWorkers();
const start = performance.now();
await works[kind](...args);
console.log(performance.now() - start);
builder.close();
