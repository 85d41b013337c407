/**
 * Builds the current folder on a shared builder and loads what the daemon lacks, with progress as
 * docker prints it.
 *
 * node first-build.js tcp://builder:1234
 */
import { build } from '@warmdock/core';
import { progressPrinter } from '@warmdock/core/progress';

const [, , builder] = process.argv;
await using onProgress = progressPrinter();
const { load } = await build(
  { builder, context: '.', tags: ['app'] },
  { signal: AbortSignal.timeout(600_000), onProgress },
);
console.log(load.outcome, load.layersSent, 'of', load.layersTotal, load.timingsMs);
