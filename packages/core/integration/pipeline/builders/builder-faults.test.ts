import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/oci/reference.js';
import type { Progress } from '../../../src/progress.js';
import { newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import {
  addressOf,
  freeze,
  hasBegun,
  proxyTo,
  silentAddress,
  sleepingContext,
  within,
} from '../../support/faults.js';
import { anyBuilder, everyBuilder, type Setting } from '../../support/settings.js';

const context = () => contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note: 'n' });

describe('an address where no BuildKit answers', () => {
  it.each<[rule: string, addressOf: () => Promise<string>]>([
    ['because nothing listens there', async () => 'tcp://127.0.0.1:1'],
    ['but a plain web server', () => addressOf(createServer())],
    ['but a registry', async () => `tcp://${useTestbed().registry.address}`],
    ['but something silent', silentAddress],
  ])('is UNAVAILABLE, named and hinted at, %s', async (_rule, findAddress) => {
    const address = await findAddress();
    const { build } = openBuildHarness(
      { builder: anyBuilder(), store: 'containerd' },
      { address, silenceMs: 500 },
    );
    await within(5_000, () =>
      expect(build({ context: context() })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(address),
        hint: expect.stringMatching(/address|running/),
      }),
    );
  });
});

/** An image of one large layer in the daemon, and a build of its next version through a proxy. */
async function secondBuild(setting: Setting) {
  const proxy = await proxyTo(setting.builder.address);
  const { build, engine } = openBuildHarness(setting, { address: proxy.address, silenceMs: 1_000 });
  const folder = contextOf({ Dockerfile: 'FROM scratch\nCOPY file /file', file: 'old' });
  const tags = [newTag()];
  const { load } = await build({ context: folder, tags });
  putNode(`${folder}/file`, randomBytes(12_000_000));
  return {
    proxy,
    build: (onProgress: (event: Progress) => void) =>
      build({ context: folder, tags }, { onProgress }),
    oldIsTagged: async () =>
      (await engine.resolveImage(parseReference(tags[0] ?? ''))) === load.imageId,
  };
}

describe.each(everyBuilder())('when %s', (_name, setting) => {
  it('dies during a step, the build is UNAVAILABLE at once', async () => {
    const proxy = await proxyTo(setting.builder.address);
    const { build } = openBuildHarness(setting, { address: proxy.address });
    const onProgress = (event: Progress) => hasBegun(event) && proxy.cut();
    await within(10_000, () =>
      expect(build({ context: sleepingContext() }, { onProgress })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(proxy.address),
        hint: expect.any(String),
      }),
    );
  });

  it('freezes during a step, the build is UNAVAILABLE after the time allowed for silence', async () => {
    const proxy = await proxyTo(setting.builder.address);
    const { build } = openBuildHarness(setting, { address: proxy.address, silenceMs: 2_000 });
    const onProgress = (event: Progress) => hasBegun(event) && freeze(proxy);
    await within(8_000, () =>
      expect(build({ context: sleepingContext() }, { onProgress })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(proxy.address),
      }),
    );
  });

  it.each([
    ['dies', 'UNAVAILABLE', 'compare'],
    ['dies', 'UNAVAILABLE', 'load'],
    ['freezes', 'TIMEOUT', 'compare'],
    ['freezes', 'TIMEOUT', 'load'],
  ] as const)(
    '%s during the load, that is %s (at %s) and the tag stays',
    async (how, code, when) => {
      const { proxy, build, oldIsTagged } = await secondBuild(setting);
      let done = false;
      const building = build(({ type }) => {
        if (type !== when || done) return;
        done = true;
        if (how === 'freezes') return freeze(proxy);
        proxy.upstream = { cutAfterBytes: 0 };
        proxy.cut();
      });
      await within(10_000, () => expect(building).rejects.toMatchObject({ code }));
      expect(await oldIsTagged()).toBe(true);
    },
  );
});
