import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type FakeBuildkitHandlers, startFakeBuildkit, startFaultProxy } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ListWorkersResponse } from '../gen/control.js';
import { parseBuilderAddress } from './address.js';
import { type BuildKit, type BuildKitOptions, buildKitOver } from './buildkit.js';
import { dialBuilder } from './dial.js';
import { addressTransport, type BuilderTransport, type OpenOptions } from './transport.js';

/** A builder whose connections are counted and held up as the test wants. */
async function builderOf(
  handlers: FakeBuildkitHandlers,
  { held, ...options }: BuildKitOptions & { held?: Promise<void> } = {},
) {
  const fake = await startFakeBuildkit(handlers);
  const target = { host: '127.0.0.1', port: Number(new URL(fake.address).port) };
  const proxy = await startFaultProxy({ target });
  let opened = 0;
  const transport: BuilderTransport = {
    name: 'the builder',
    async open(open: OpenOptions) {
      opened++;
      await held;
      return dialBuilder(parseBuilderAddress(proxy.address), open);
    },
  };
  const builder = buildKitOver(transport, options);
  onTestFinished(async () => {
    builder.close();
    await proxy[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
  });
  return { builder, proxy, opened: () => opened };
}

const noWorkers = { listWorkers: () => Buffer.alloc(0) };

function sideBySide(builder: BuildKit): Promise<unknown> {
  return Promise.all(Array.from({ length: 5 }, () => builder.listWorkers()));
}

/** A server whose connections say goodbye to the first request, without a look at it. */
async function departingServer(): Promise<BuilderTransport> {
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const goaway = Buffer.from([0, 0, 8, 7, ...Array(13).fill(0)]);
  const server = createServer((socket) => {
    socket.on('error', () => {}).write(settings);
    socket.once('data', () => socket.write(goaway));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return addressTransport(parseBuilderAddress(`tcp://127.0.0.1:${port}`));
}

/** Connections to the first, then to the second. */
function oneAfterTheOther(first: BuilderTransport, second: BuilderTransport): BuilderTransport {
  const next = [first, second];
  return { name: 'the builder', open: (options) => (next.shift() ?? second).open(options) };
}

describe('a builder whose connection goes away', () => {
  it('gets the calls that this did not take on the next one', async () => {
    await using fake = await startFakeBuildkit(noWorkers);
    const departing = await departingServer();
    const transport = addressTransport(parseBuilderAddress(fake.address));
    const builder = buildKitOver(oneAfterTheOther(departing, transport));
    onTestFinished(() => builder.close());
    expect(await sideBySide(builder)).toEqual(Array(5).fill([]));
  });

  it('gets no more of them when that goes on', async () => {
    const builder = buildKitOver(await departingServer());
    onTestFinished(() => builder.close());
    await expect(builder.listWorkers()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the peer went away'),
    });
  });
});

describe('the connection of a builder', () => {
  it('is opened by the first call, once for all calls', async () => {
    const { builder, opened } = await builderOf(noWorkers);
    expect(opened()).toBe(0);
    await sideBySide(builder);
    await builder.connect();
    expect(opened()).toBe(1);
  });

  it('is opened anew when it broke, once for all calls', async () => {
    const { builder, proxy, opened } = await builderOf(noWorkers);
    await builder.listWorkers();
    const broken = builder.listWorkers().catch(() => {});
    proxy.cut();
    await broken;
    await sideBySide(builder);
    expect(opened()).toBe(2);
  });

  it('is opened anew when it could not be opened', async () => {
    let failing = true;
    const builder = buildKitOver({
      name: 'the builder',
      open: async () => {
        if (failing) throw new Error('out of luck');
        return dialBuilder(parseBuilderAddress(fake.address));
      },
    });
    await using fake = await startFakeBuildkit(noWorkers);
    await expect(builder.connect()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'cannot connect to builder the builder',
      cause: { message: 'out of luck' },
    });
    failing = false;
    expect(await builder.listWorkers()).toEqual([]);
    builder.close();
  });

  it('is closed when it comes about after the builder was closed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { builder, opened } = await builderOf(noWorkers, { held });
    const connecting = builder.connect();
    builder.close();
    release();
    await expect(connecting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(opened()).toBe(1);
  });

  it('can be closed at once, and used again', async () => {
    const { builder, opened } = await builderOf(noWorkers);
    await builder.connect();
    builder.close();
    expect(await builder.listWorkers()).toEqual([]);
    expect(opened()).toBe(2);
  });
});

describe('a cancelled caller', () => {
  it('leaves at once, and the connection to the others', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { builder, opened } = await builderOf(noWorkers, { held });
    const abort = new AbortController();
    const [first, second] = [builder.connect({ signal: abort.signal }), builder.listWorkers()];
    abort.abort();
    await expect(first).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'connecting to builder the builder was cancelled',
    });
    release();
    expect(await second).toEqual([]);
    expect(opened()).toBe(1);
  });

  it('opens nothing when it was cancelled before', async () => {
    const { builder, opened } = await builderOf(noWorkers);
    const signal = AbortSignal.abort();
    await expect(builder.connect({ signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(opened()).toBe(0);
  });
});

describe('listWorkers', () => {
  it('tells platforms as docker writes them', async () => {
    const record = {
      id: 'w',
      labels: { 'org.example': 'x' },
      platforms: [
        { os: 'linux', architecture: 'amd64', variant: '' },
        { os: 'linux', architecture: 'arm', variant: 'v7' },
      ],
      buildkitVersion: { package: '', version: 'v0.25.2', revision: '' },
    };
    const answer = ListWorkersResponse.encode({ record: [record] });
    const { builder } = await builderOf({ listWorkers: () => Buffer.from(answer.finish()) });
    expect(await builder.listWorkers()).toEqual([
      {
        id: 'w',
        labels: { 'org.example': 'x' },
        platforms: ['linux/amd64', 'linux/arm/v7'],
        buildkitVersion: 'v0.25.2',
      },
    ]);
  });

  it('is UNSUPPORTED where there is no such thing, and names the builder', async () => {
    const { builder } = await builderOf({});
    await expect(builder.listWorkers()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('listing the workers of builder the builder'),
    });
  });

  it('is TIMEOUT when the builder is silent', async () => {
    const { builder, proxy } = await builderOf(noWorkers, { silenceMs: 80 });
    await builder.connect();
    proxy.upstream = { blackHole: true };
    await expect(builder.listWorkers()).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(/the builder: nothing was heard for 0.08 s/),
      hint: expect.any(String),
    });
  });
});

it('without a history has no attestations of a build', async () => {
  const { builder } = await builderOf({});
  await expect(builder.attestations('ref')).resolves.toEqual([]);
});
