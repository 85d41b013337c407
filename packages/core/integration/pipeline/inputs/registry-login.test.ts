import { randomUUID } from 'node:crypto';
import { makeDockerConfig, pushTestImage, randomImage, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, temporaryFolder } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { gatedRegistry, login, type Scheme } from '../../support/registry-gate.js';
import { everyBuilder } from '../../support/settings.js';

/** A build on a base image that only somebody with a login gets. */
async function gatedBase(scheme: Scheme) {
  const registry = await gatedRegistry(scheme);
  const image = await randomImage({ name: `gated-${randomUUID()}:v1`, layers: 1 });
  await pushTestImage(useTestbed().registry, image);
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const config = await makeDockerConfig(temporaryFolder(), { auths: { [registry]: { auth } } });
  return {
    image,
    registry,
    context: contextOf({ Dockerfile: `FROM ${registry}/${image.name}\nLABEL a=b` }),
    loggedIn: { ...cleanEnv(), DOCKER_CONFIG: config },
  };
}

describe.each(everyBuilder())('%s pulls from a registry', (_name, setting) => {
  it.each<[Scheme, notices: number]>([
    ['basic', 1],
    ['bearer', 0],
  ])(
    'with the %s login of docker, which is told when it leaves this machine',
    async (scheme, notices) => {
      const { image, registry, context, loggedIn } = await gatedBase(scheme);
      const { build, host } = openBuildHarness(setting);
      const { load, progress } = await build({ context }, { env: loggedIn });
      expect((await inspect(host, load.imageId))?.RootFS.Layers).toEqual(image.diffIds);
      const told = progress.filter(
        (event) => event.type === 'notice' && event.message.includes(`registry ${registry}`),
      );
      expect(told.length > 0 ? 1 : 0).toBe(notices);
    },
  );

  it.each<Scheme>(['basic', 'bearer'])('not without the %s login', async (scheme) => {
    const { context, registry } = await gatedBase(scheme);
    const { build } = openBuildHarness(setting);
    await expect(build({ context })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining(registry),
    });
  });
});
