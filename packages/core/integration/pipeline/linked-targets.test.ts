import { randomUUID } from 'node:crypto';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import type { FrontendResult } from '../../src/buildkit/frontend-result.js';
import type { BuildOptions } from '../../src/pipeline/plan/build-plan.js';
import { type BuildHarness, cleanEnv, openBuildHarness } from '../support/build-harness.js';
import { busybox, contextOf } from '../support/context.js';
import { fileOf, inspect } from '../support/daemon-images.js';
import { everyBuilder } from '../support/settings.js';

describe.each(everyBuilder())('a result of %s', (_name, setting) => {
  /** Builds one after the other gets the first one's result as target `base`. */
  async function buildBoth(
    harness: BuildHarness,
    base: BuildOptions,
    child: Record<string, string>,
    env = cleanEnv(),
  ) {
    const results: FrontendResult[] = [];
    await harness.run(base, { onResult: async (result) => results.push(result) }, { env });
    expect(results).toHaveLength(1);
    return harness.run(
      {
        context: contextOf(child),
        buildContexts: [{ name: 'dep', source: 'target:base' }],
      },
      { targets: new Map(results.map((result) => ['base', result])) },
    );
  }

  it('is the base image of another build, with its config', async () => {
    const harness = openBuildHarness(setting);
    const note = randomUUID();
    // BuildKit does not tell steps by their secrets.
    const run = `RUN --network=none --mount=type=secret,id=s cat /run/secrets/s > /from-base # ${randomUUID()}`;
    const Dockerfile = `${withShell}\nENV GREETING=hello\nLABEL a=b\n${run}`;
    const { load } = await buildBoth(
      harness,
      {
        context: contextOf({ Dockerfile, busybox }),
        secrets: [{ type: 'env', id: 's', name: 'NOTE' }],
      },
      { Dockerfile: 'FROM dep\nRUN --network=none echo $GREETING $(cat /from-base) > /x' },
      { ...cleanEnv(), NOTE: note },
    );
    expect(await fileOf(harness.host, load.imageId, 'x')).toBe(`hello ${note}\n`);
    const { Config } = (await inspect(harness.host, load.imageId)) ?? {};
    expect(Config?.Labels).toMatchObject({ a: 'b' });
    expect(Config?.Env).toContain('GREETING=hello');
  });

  it.each([
    ['has attestations', [{ type: 'provenance', attrs: { mode: 'max' } }]],
    ['has none', []],
  ] as const)('gives files to another build when it %s', async (_title, attestations) => {
    const harness = openBuildHarness(setting);
    const note = randomUUID();
    const base = {
      context: contextOf({ Dockerfile: 'FROM scratch\nCOPY note /', note }),
      attestations,
    };
    const child = { Dockerfile: 'FROM scratch\nCOPY --from=dep /note /copied' };
    const { load } = await buildBoth(harness, base, child);
    expect(await fileOf(harness.host, load.imageId, 'copied')).toBe(note);
  });

  it('is not to be had of a build that fails, which says why as always', async () => {
    const harness = openBuildHarness(setting);
    const results: FrontendResult[] = [];
    const Dockerfile = `${withShell}\nRUN --network=none echo oh ${randomUUID()} && exit 3`;
    const building = harness.run(
      { context: contextOf({ Dockerfile, busybox }) },
      { onResult: async (result) => results.push(result) },
    );
    await expect(building).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      exitCode: 3,
      step: { name: expect.stringContaining('exit 3') },
      logTail: [expect.stringContaining('oh ')],
      sources: [{ filename: 'Dockerfile', markedLines: [5] }],
    });
    expect(results).toEqual([]);
  });

  it('keeps the build waiting, and fails it with whoever uses it', async () => {
    const harness = openBuildHarness(setting);
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /' });
    const onResult = () => Promise.reject(new Error('the other build is gone'));
    await expect(harness.run({ context }, { onResult })).rejects.toThrow('the other build is gone');
  });

  it('is asked for when a context names it', async () => {
    const harness = openBuildHarness(setting);
    const building = harness.run({
      context: contextOf({ Dockerfile: 'FROM dep' }),
      buildContexts: [{ name: 'dep', source: 'target:base' }],
    });
    await expect(building).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'cannot use build context dep=target:base: there is no result of that target',
    });
  });
});
