import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates, startFakeBuildkit } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type BuilderAddress, parseBuilderAddress, type TlsFiles } from './address.js';
import { buildKitOver } from './buildkit.js';
import { dialBuilder } from './dial.js';
import { addressTransport } from './transport.js';

const directory = mkdtempSync(join(tmpdir(), 'warmdock-dial-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A TCP server that accepts and never says a word. */
async function silentServer(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

async function closedAddress(): Promise<string> {
  const fake = await startFakeBuildkit({});
  await fake[Symbol.asyncDispose]();
  return fake.address;
}

/** One call over a fresh connection. */
async function workersAt(address: BuilderAddress) {
  const builder = buildKitOver(addressTransport(address));
  onTestFinished(() => builder.close());
  return builder.listWorkers();
}

describe('dialling', () => {
  it.each(['tcp', 'unix'] as const)('reaches a builder over %s', async (place) => {
    await using fake = await startFakeBuildkit({ listWorkers: () => Buffer.alloc(0) }, { place });
    expect(await workersAt(parseBuilderAddress(fake.address))).toEqual([]);
  });

  it.each([
    ['a closed port', closedAddress],
    ['a socket that is not there', async () => 'unix:///nowhere/buildkitd.sock'],
    ['a host that is not there', async () => 'tcp://builder.invalid:1234'],
  ])('%s is UNAVAILABLE, with the address and a hint', async (_rule, addressOf) => {
    const address = await addressOf();
    await expect(dialBuilder(parseBuilderAddress(address))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`cannot connect to builder ${address}: `),
      hint: expect.stringContaining('buildkitd'),
    });
  });

  it('does not begin when the signal has fired', async () => {
    const address = parseBuilderAddress('tcp://127.0.0.1:1');
    await expect(dialBuilder(address, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('dialling with TLS', () => {
  const serverName = 'builder.test';
  let ours: Certificates;
  let others: Certificates;
  beforeAll(async () => {
    [ours, others] = (await Promise.all(
      ['ours', 'others'].map((name) => makeCertificates(join(directory, name), serverName)),
    )) as [Certificates, Certificates];
  });
  const files = ({ ca, clientCert, clientKey }: Certificates): TlsFiles => {
    return { ca, cert: clientCert, key: clientKey, serverName };
  };

  async function tlsBuilder(): Promise<string> {
    const { ca, serverCert, serverKey } = ours;
    const [caText, cert, key] = [ca, serverCert, serverKey].map((path) => `${readFileSync(path)}`);
    const tls = { ca: caText ?? '', cert: cert ?? '', key: key ?? '' };
    const fake = await startFakeBuildkit({ listWorkers: () => Buffer.alloc(0) }, { tls });
    onTestFinished(() => fake[Symbol.asyncDispose]());
    return fake.address;
  }

  it('sends small pieces at once', async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    onTestFinished(() => setNoDelay.mockRestore());
    const socket = await dialBuilder(parseBuilderAddress(await tlsBuilder(), files(ours)));
    expect(setNoDelay.mock.contexts).toContain(socket);
    socket.destroy();
  });

  it('shows its certificate and checks that of the builder', async () => {
    const address = parseBuilderAddress(await tlsBuilder(), files(ours));
    expect(await workersAt(address)).toEqual([]);
  });

  it.each<[rule: string, change: () => Partial<TlsFiles>]>([
    ['an authority that did not sign the builder', () => ({ ca: others.ca })],
    ['another name than the certificate says', () => ({ serverName: 'other.test' })],
    [
      'the host as name where the certificate says another',
      () => ({ serverName: undefined as never }),
    ],
    [
      'a client certificate of another authority',
      () => ({ cert: others.clientCert, key: others.clientKey }),
    ],
    ['no client certificate', () => ({ cert: undefined as never, key: undefined as never })],
  ])('%s is UNAVAILABLE', async (_rule, change) => {
    const address = await tlsBuilder();
    const tls = { ...files(ours), ...change() };
    await expect(workersAt(parseBuilderAddress(address, tls))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(address),
    });
  });

  it.each(['ca', 'cert', 'key'] as const)(
    'an unreadable %s is INVALID_ARGUMENT and named',
    async (file) => {
      const tls = { ...files(ours), [file]: '/nowhere/file.pem' };
      await expect(
        dialBuilder(parseBuilderAddress('tcp://127.0.0.1:1', tls)),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('/nowhere/file.pem'),
      });
    },
  );

  it('to a builder without TLS is UNAVAILABLE', async () => {
    await using fake = await startFakeBuildkit({});
    const address = parseBuilderAddress(fake.address, files(ours));
    await expect(dialBuilder(address)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gives up when the builder does not answer in time', async () => {
    const address = parseBuilderAddress(await silentServer(), files(ours));
    await expect(dialBuilder(address, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no answer within 50 ms'),
    });
  });

  it('stops at once when the signal fires while it reads its files', async () => {
    const address = parseBuilderAddress(await silentServer(), files(ours));
    const abort = new AbortController();
    const dialling = dialBuilder(address, { signal: abort.signal });
    abort.abort();
    await expect(dialling).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('stops at once when the signal fires', async () => {
    const address = parseBuilderAddress(await silentServer(), files(ours));
    await expect(dialBuilder(address, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});
