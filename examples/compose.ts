/**
 * Builds a compose project on the shared builder and loads its images into the local daemon.
 *
 * node compose.js tcp://builder:1234 ./project
 */

import { planCompose, runPlans, TargetError } from '@warmdock/compose';
import type { BuildOutcome } from '@warmdock/core';

const [builder, cwd] = process.argv.slice(2);
const project = await planCompose({ cwd });
try {
  const onTargetDone = (service: string, { load }: BuildOutcome) =>
    console.log(`${service}: ${load?.layersSent ?? 0} of ${load?.layersTotal ?? 0} layers sent`);
  await runPlans(project, { builder, onTargetDone }, { env: project.env });
} catch (error) {
  if (!(error instanceof TargetError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
