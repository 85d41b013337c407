import { randomUUID } from 'node:crypto';
import { outputOf, runDocker } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { planBuild } from '../../src/pipeline/plan/plan-build.js';
import { runBuild } from '../../src/pipeline/run-build.js';
import { cleanEnv, openBuildHarness } from '../support/build-harness.js';
import { buildxWith } from '../support/buildx.js';
import { contextOf } from '../support/context.js';
import { everyBuilder } from '../support/settings.js';

describe.each(everyBuilder())('the history of %s', (_name, setting) => {
  it('records a build as completed whose client leaves before the answer', async () => {
    const { buildkit } = openBuildHarness(setting);
    const stage = `stage-${randomUUID()}`;
    const context = contextOf({ Dockerfile: `FROM scratch AS ${stage}\nLABEL a=b` });
    const plan = planBuild({ context, target: stage });
    const result = await runBuild(plan, buildkit, {}, { env: cleanEnv() });
    onTestFinished(() => result[Symbol.asyncDispose]());
    buildkit.close();
    await Promise.allSettled([result.exporterResponse]);

    const { name, env } = await buildxWith(setting.builder);
    const list = ['buildx', 'history', 'ls', '--builder', name, '--format', 'json'];
    const records = async () => {
      const lines = (await outputOf(runDocker(list, { env }))).trim().split('\n');
      return lines.map((line) => JSON.parse(line)).filter((record) => record.name.includes(stage));
    };
    await expect.poll(records).toMatchObject([{ status: 'Completed' }]);
  });
});
