import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, putNode, temporaryFolder } from '../../support/context.js';
import { run } from '../../support/daemon-images.js';
import { everyBuilder, inContainer } from '../../support/settings.js';

/** An image that keeps what it should not, so that the test can see it. */
function leakingContext(mount = 'type=secret,id=token'): string {
  return contextOf({
    Dockerfile: `${withShell}\nRUN --network=none --mount=${mount} cat /run/secrets/token > /leak || true # ${randomUUID()}`,
    busybox,
  });
}

describe.each([...everyBuilder(), inContainer()])(
  'a secret of a build with %s',
  (_name, setting) => {
    it('is read from a file, byte for byte', async () => {
      const secret = `${randomBytes(60_000).toString('hex')}\n`;
      const folder = temporaryFolder();
      putNode(join(folder, 'token'), secret);
      const { build, host } = openBuildHarness(setting);
      const { load } = await build({
        context: leakingContext(),
        secrets: [{ id: 'token', type: 'file', path: 'token' }],
        cwd: folder,
      });
      expect(await run(host, load.imageId, 'busybox', 'cat', '/leak')).toBe(secret);
    });

    it('is read from the environment', async () => {
      const { build, host } = openBuildHarness(setting);
      const { load } = await build(
        { context: leakingContext(), secrets: [{ id: 'token', type: 'env', name: 'MY_TOKEN' }] },
        { env: { ...cleanEnv(), MY_TOKEN: 'from the environment' } },
      );
      expect(await run(host, load.imageId, 'busybox', 'cat', '/leak')).toBe('from the environment');
    });

    it('that the build requires and nobody gives fails the step, which is named', async () => {
      const { build } = openBuildHarness(setting);
      const context = leakingContext('type=secret,id=token,required=true');
      await expect(build({ context })).rejects.toMatchObject({
        code: 'BUILD_FAILED',
        message: expect.stringContaining('token'),
        step: { name: expect.stringContaining('RUN') },
      });
    });

    it('whose file is missing is NOT_FOUND before anything is built', async () => {
      const { build } = openBuildHarness(setting);
      const path = join(temporaryFolder(), 'nowhere');
      const building = build({
        context: leakingContext(),
        secrets: [{ id: 'token', type: 'file', path }],
      });
      await expect(building).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/token.*nowhere/),
      });
    });
  },
);
