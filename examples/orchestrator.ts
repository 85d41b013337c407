/**
 * Prepares the daemons of several fresh sessions: builds a project once on the shared builder and
 * brings the image into each daemon, sending only what that daemon lacks.
 *
 * node orchestrator.js tcp://builder:1234 ./project app:latest unix:///s1/docker.sock unix:///s2/docker.sock
 */
import { buildForEngines } from '@warmdock/core';

const [builder, context = '.', tag = 'app:latest', ...daemons] = process.argv.slice(2);
const { loads } = await buildForEngines(daemons, { builder, context, tags: [tag] });
for (const { engine, load, error } of loads) {
  if (!load) throw error;
  const { outcome, layersSent, layersTotal, timingsMs } = load;
  console.log(
    `${engine}: ${outcome}, ${layersSent} of ${layersTotal} layers in ${Math.round(timingsMs.total)} ms`,
  );
}
