import { randomBytes, randomUUID } from 'node:crypto';
import { pushTestImage, randomImage, useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseBuilderAddress } from '../../src/buildkit/address.js';
import { buildKitOver } from '../../src/buildkit/buildkit.js';
import { addressTransport } from '../../src/buildkit/transport.js';
import { parseReference } from '../../src/oci/reference.js';
import { build } from '../../src/pipeline/build.js';
import type { BuildRequest } from '../../src/pipeline/build-request.js';
import type { Progress } from '../../src/progress.js';
import { cleanEnv, newTag, openBuildHarness } from '../support/build-harness.js';
import { contextOf } from '../support/context.js';
import {
  hasBegun,
  processesWith,
  proxyTo,
  silentAddress,
  sleepingContext,
  watchLeftovers,
  within,
} from '../support/faults.js';
import { anyBuilder, everySetting, type Setting } from '../support/settings.js';

/**
 * A build by addresses, as of the CLI, that is aborted by `when`: it has to end within two seconds,
 * leave nothing open, and the tag on the old image.
 */
async function abortedBuild(
  setting: Setting,
  when: (event: Progress) => boolean,
  request: Partial<BuildRequest> = {},
  env = cleanEnv(),
) {
  const { host } = useTestbed()[setting.store];
  const tags = [newTag()];
  const { build: buildOld, engine } = openBuildHarness(setting);
  const old = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note: randomUUID() });
  const { load } = await buildOld({ context: old, tags });
  const { expectNothingLeft } = watchLeftovers();
  const abort = new AbortController();
  let abortedAt = 0;
  const onProgress = (event: Progress) => {
    if (abort.signal.aborted || !when(event)) return;
    abortedAt = performance.now();
    abort.abort();
  };
  const where = { builder: setting.builder.address, engine: host };
  const signal = abort.signal;
  await expect(
    build({ context: old, tags, ...where, ...request }, { env, signal, onProgress }),
  ).rejects.toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('cancelled') });
  expect(abortedAt).toBeGreaterThan(0);
  expect(performance.now() - abortedAt).toBeLessThan(2_000);
  await expectNothingLeft();
  expect(await engine.resolveImage(parseReference(tags[0] ?? ''))).toBe(load.imageId);
}

function largeContext(sizeBytes: number): string {
  return contextOf({ Dockerfile: 'FROM scratch\nCOPY file /file', file: randomBytes(sizeBytes) });
}

describe.each(everySetting())('a build %s that is aborted', (_name, setting) => {
  it('during a step, which does not go on at the builder', async () => {
    const marker = randomUUID();
    await abortedBuild(setting, hasBegun, { context: sleepingContext(marker) });
    await expect.poll(() => processesWith(marker)).toBe(0);
  });

  it('while the context is sent', async () => {
    const proxy = await proxyTo(setting.builder.address);
    const halfSent = (event: Progress) => {
      if (event.type === 'context' && event.name === 'context') proxy.upstream = { delayMs: 5 };
      return event.type === 'context' && event.sizeBytes > 2_000_000;
    };
    await abortedBuild(setting, halfSent, {
      context: largeContext(8_000_000),
      builder: proxy.address,
    });
  });

  it('when the comparison is done', () =>
    abortedBuild(setting, ({ type }) => type === 'compare', { context: largeContext(1_000) }));

  it('in the middle of the load', () =>
    abortedBuild(setting, (event) => event.type === 'load' && event.sentBytes > 1_000_000, {
      context: largeContext(15_000_000),
    }));

  it('while the builder sends what it had not pulled', async () => {
    const name = `base-${randomUUID()}:v1`;
    const base = await randomImage({ name, layers: 1, layerBytes: 15_000_000 });
    const reference = await pushTestImage(useTestbed().registry, base);
    const context = contextOf({ Dockerfile: `FROM ${reference}\nLABEL a=b` });
    let sent = 0;
    const sending = (event: Progress) => {
      if (event.type === 'notice') sent++;
      return sent > 0 && event.type === 'solve';
    };
    await abortedBuild(setting, sending, { context });
    expect(sent).toBe(1);
  });
});

describe.each(['classic', 'containerd'] as const)(
  'a build in the daemon itself, with the %s store, that is aborted',
  (store) => {
    it('during a step, which does not go on', async () => {
      const { host } = useTestbed()[store];
      const marker = randomUUID();
      const request = { context: sleepingContext(marker), builder: 'default' };
      const env = { ...cleanEnv(), DOCKER_HOST: host };
      await abortedBuild({ builder: anyBuilder(), store }, hasBegun, request, env);
      await expect.poll(() => processesWith(marker)).toBe(0);
    });
  },
);

describe('a build that is aborted while it connects', () => {
  it('to the builder', async () => {
    const { expectNothingLeft } = watchLeftovers();
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /', n: 'n' });
    const { ca, cert, key } = useTestbed().builderTls;
    const address = parseBuilderAddress(await silentAddress(), { ca, cert, key });
    const builder = buildKitOver(addressTransport(address));
    const engine = useTestbed().classic.host;
    const signal = AbortSignal.timeout(300);
    await within(2_000, () =>
      expect(
        build({ context, builder, engine }, { env: cleanEnv(), signal }),
      ).rejects.toMatchObject({
        code: 'TIMEOUT',
      }),
    );
    builder.close();
    await expectNothingLeft();
  });

  it('to the daemon', async () => {
    const { expectNothingLeft } = watchLeftovers();
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /', n: 'n' });
    const engine = await silentAddress();
    const { address } = anyBuilder();
    const signal = AbortSignal.timeout(300);
    await within(2_000, () =>
      expect(
        build({ context, builder: address, engine }, { env: cleanEnv(), signal }),
      ).rejects.toMatchObject({
        code: 'TIMEOUT',
      }),
    );
    await expectNothingLeft();
  });

  it('or before: nothing is opened', async () => {
    const { expectNothingLeft } = watchLeftovers();
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY n /', n: 'n' });
    const where = { builder: anyBuilder().address, engine: useTestbed().classic.host };
    const signal = AbortSignal.abort();
    await expect(build({ context, ...where }, { env: cleanEnv(), signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    await expectNothingLeft();
  });
});
