import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificates,
  makeCertificates,
  type ProxyName,
  proxyNames,
  startReverseProxy,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseBuilderAddress, type TlsFiles } from '../../../src/buildkit/address.js';
import { buildKitOver } from '../../../src/buildkit/buildkit.js';
import { addressTransport } from '../../../src/buildkit/transport.js';
import { newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { anyBuilder } from '../../support/settings.js';

const serverName = 'builder.test';
const folder = mkdtempSync(join(tmpdir(), 'warmdock-proxies-'));
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates(join(folder, 'certificates'), serverName);
});
afterAll(() => rmSync(folder, { recursive: true }));

const ways = proxyNames.flatMap((name) =>
  [false, true].map((withTls) => ({
    name,
    withTls,
    title: `${name}${withTls ? ' with TLS' : ''}`,
  })),
);

interface Behind {
  withTls?: boolean;
  asInstalled?: boolean;
  backend?: string;
}

/** A builder behind a proxy, with a daemon for its images; the proxy goes with the test. */
async function openBehind(
  name: ProxyName,
  { withTls = false, asInstalled = false, backend = anyBuilder().address }: Behind,
) {
  const proxy = await startReverseProxy({
    name,
    rootfs: useTestbed().rootfs,
    stateDir: join(folder, randomUUID()),
    backendPort: Number(new URL(backend).port),
    asInstalled,
    ...(withTls && { tls: { certificates, serverName } }),
  });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const tls: TlsFiles | undefined = withTls ? { ca: certificates.ca, serverName } : undefined;
  const address = parseBuilderAddress(proxy.address, tls);
  const buildkit = buildKitOver(addressTransport(address));
  onTestFinished(() => buildkit.close());
  const harness = openBuildHarness({ builder: anyBuilder(), store: 'containerd' });
  return { ...harness, buildkit };
}

describe.each(ways)('behind $title', ({ name, withTls }) => {
  it('a builder builds what is sent to it, hands over the layers, and tells why a build fails', async () => {
    const { build, buildkit, host } = await openBehind(name, { withTls });
    const note = randomUUID();
    const files = { Dockerfile: 'FROM scratch\nCOPY note data /', note };
    const context = contextOf(files);
    putNode(join(context, 'data'), randomBytes(3_000_000));
    const { load } = await build({ builder: buildkit, context });
    expect(load).toMatchObject({ layersSent: 1 });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);

    const broken = contextOf({ ...files, Dockerfile: 'FROM scratch\nCOPY nowhere /' });
    await expect(
      build({ builder: buildkit, context: broken, tags: [newTag()] }),
    ).rejects.toMatchObject({ code: 'BUILD_FAILED', message: expect.stringContaining('nowhere') });
  });
});

describe.each(proxyNames)('%s', (name) => {
  it('is cited when the builder behind it is gone', async () => {
    const { build, buildkit } = await openBehind(name, { backend: 'tcp://127.0.0.1:1' });
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /' });
    await expect(build({ builder: buildkit, context })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/was answered by HTTP 50[23] \(text\/html\b.*\): 50[23] /),
      hint: expect.stringContaining('proxy'),
    });
  });
});

it('nginx with limits of its own ends the session: that is told, and not the step that this fails', async () => {
  const { build, buildkit } = await openBehind('nginx', { asInstalled: true });
  const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY data /' });
  putNode(join(context, 'data'), randomBytes(3_000_000));
  await expect(build({ builder: buildkit, context })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(
      /^session with builder .* broke off: .*the peer reset the stream/,
    ),
    hint: expect.stringContaining('proxy'),
  });
});

it('nginx ends connections after some requests: those that it did not take are sent on new ones', async () => {
  const { build, buildkit } = await openBehind('nginx', {});
  const builds = Array.from({ length: 12 }, (_, index) => {
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY a /\nCOPY b /',
      a: `${index}`,
      b: randomUUID(),
    });
    return build({ builder: buildkit, context, tags: [newTag()] });
  });
  expect((await Promise.all(builds)).map(({ load }) => load.layersTotal)).toEqual(
    Array(12).fill(2),
  );
});
