import {
  type EngineReply,
  startFakeBuildkit,
  startFakeEngine,
  startHttp2Front,
} from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildKitOver } from '../../buildkit/buildkit.js';
import { connectEngine } from '../../engine/engine.js';
import { digestOf } from '../../oci/digest.js';
import { engineBlobs } from '../compare/engine-blobs.js';
import { engineTransport } from './engine-transport.js';

interface Daemon {
  /** Its newest. */
  readonly apiVersion: string;
  /** What its socket does with HTTP/2: gRPC, or what a proxy before it makes of that. */
  readonly http2: 'gRPC' | 'refused';
}

/** A daemon on one socket whose way by upgrade ends nowhere, and how often each way to BuildKit was taken. */
async function daemonWith({ apiVersion, http2 }: Daemon) {
  const taken = { http2: 0, upgrade: 0, session: 0 };
  const buildkit = await startFakeBuildkit({
    listWorkers: () => {
      taken.http2++;
      return Buffer.alloc(0);
    },
    async *session(requests) {
      taken.session++;
      for await (const each of requests) yield each;
    },
  });
  const engine = await startFakeEngine({
    routes: { 'GET /_ping': { headers: { 'api-version': apiVersion }, body: 'OK' } },
    upgrades: {
      'POST /*': (connection) => {
        taken.upgrade++;
        connection.destroy();
      },
    },
  });
  const front = await startHttp2Front({
    http1: engine.host,
    http2: http2 === 'gRPC' ? buildkit.address : engine.host,
  });
  const client = connectEngine(front.address);
  onTestFinished(async () => {
    client.close();
    for (const each of [front, engine, buildkit]) await each[Symbol.asyncDispose]();
  });
  return { engine: client, taken };
}

async function reach(daemon: Daemon) {
  const { engine, taken } = await daemonWith(daemon);
  const buildkit = buildKitOver(engineTransport(engine));
  onTestFinished(() => buildkit.close());
  const workers = await buildkit.listWorkers().catch(({ code }) => code);
  const session = buildkit.startSession({ attachables: [], sharedKey: 'key' });
  onTestFinished(() => session.close());
  return { workers, taken };
}

describe("a daemon's BuildKit is reached", () => {
  it('on the socket itself where the daemon speaks gRPC there, its session too', async () => {
    const { workers, taken } = await reach({ apiVersion: '1.53', http2: 'gRPC' });
    expect(workers).toEqual([]);
    await expect.poll(() => taken).toEqual({ http2: 1, upgrade: 0, session: 1 });
  });

  it.each<[rule: string, daemon: Daemon]>([
    ['of an older API, which is not asked for more', { apiVersion: '1.52', http2: 'gRPC' }],
    ['behind a proxy that knows no HTTP/2', { apiVersion: '1.53', http2: 'refused' }],
  ])('by upgraded connections %s', async (_rule, daemon) => {
    const { workers, taken } = await reach(daemon);
    expect(workers).toBe('UNAVAILABLE');
    await expect.poll(() => taken).toEqual({ http2: 0, upgrade: 2, session: 0 });
  });
});

describe('which blobs a daemon holds', () => {
  it.each([400, 403, 404, 500, 502, 503])(
    'is not known where a proxy answers %d in its place',
    async (status) => {
      const reply: EngineReply = { status, body: 'no' };
      const engine = await startFakeEngine({
        routes: { 'GET /_ping': { headers: { 'api-version': '1.51' }, body: 'OK' } },
        refusals: { 'POST /grpc': reply },
      });
      const client = connectEngine(engine.host);
      const blobs = engineBlobs(client);
      onTestFinished(async () => {
        blobs.close();
        client.close();
        await engine[Symbol.asyncDispose]();
      });
      const layer = { mediaType: '', digest: digestOf('layer'), size: 5 };
      expect(await blobs.held([layer], {})).toBeUndefined();
    },
  );

  it('is an error where there is no daemon', async () => {
    const client = connectEngine('unix:///nowhere/docker.sock');
    const blobs = engineBlobs(client);
    const layer = { mediaType: '', digest: digestOf('layer'), size: 5 };
    await expect(blobs.held([layer], {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
