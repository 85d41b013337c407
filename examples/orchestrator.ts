/**
 * Prepares the daemons of several fresh sessions: builds a project once on the shared builder and
 * brings the image into each daemon, sending only what that daemon lacks.
 *
 * node orchestrator.js tcp://builder:1234 ./project app:latest unix:///s1/docker.sock unix:///s2/docker.sock
 */
import { connectBuildKit, connectEngine, loadImage, planBuild, runBuild } from '@warmdock/core';

const [address = '', context = '.', tag = 'app:latest', ...daemons] = process.argv.slice(2);
const builder = connectBuildKit(address);
const result = await runBuild(planBuild({ context, tags: [tag] }), builder);
try {
  for (const daemon of daemons) {
    const engine = connectEngine(daemon);
    const { outcome, layersSent, layersTotal, timingsMs } = await loadImage(result, engine);
    console.log(
      `${daemon}: ${outcome}, ${layersSent} of ${layersTotal} layers in ${Math.round(timingsMs.total)} ms`,
    );
    engine.close();
  }
} finally {
  await result[Symbol.asyncDispose]();
  builder.close();
}
