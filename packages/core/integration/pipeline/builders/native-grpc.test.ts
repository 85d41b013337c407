import { randomUUID } from 'node:crypto';
import {
  startBridge,
  startEngineProxy,
  startHttp2Front,
  useTestbed,
  withShell,
} from '@warmdock/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { build } from '../../../src/pipeline/build.js';
import { cleanEnv, engineAt, newTag, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf } from '../../support/context.js';
import { run } from '../../support/daemon-images.js';
import { anyBuilder } from '../../support/settings.js';

/** The daemon as it will be: gRPC on its own socket, and no way by `/grpc` and `/session`. */
async function modernDaemon() {
  const { socket, host } = useTestbed().containerd;
  const bridge = await startBridge({ socket });
  const proxy = await startEngineProxy({
    socket,
    apiVersion: '1.53',
    intercept: (_, path) =>
      /^\/(grpc|session)$/.test(path) ? { status: 404, body: { message: 'gone' } } : undefined,
  });
  const front = await startHttp2Front({ http1: proxy.address, http2: bridge.address });
  onTestFinished(async () => {
    for (const each of [front, proxy, bridge]) await each[Symbol.asyncDispose]();
  });
  return { host, address: front.address };
}

const noted = (note: string) =>
  contextOf({ Dockerfile: `${withShell}\nRUN --network=none echo ${note} > /note`, busybox });

it('a daemon builds itself over its own socket, session and all', async () => {
  const { host, address } = await modernDaemon();
  const note = randomUUID();
  const env = { ...cleanEnv(), DOCKER_HOST: address };
  const { load } = await build({ context: noted(note), tags: [newTag()] }, { env });
  expect(load.outcome).toBe('in-place');
  expect(await run(host, load.imageId, 'busybox', 'cat', '/note')).toBe(`${note}\n`);
  await engineAt(host).removeImage(load.imageId, { force: true });
});

it('a daemon tells over its own socket which layers it has', async () => {
  const { address } = await modernDaemon();
  const setting = { builder: anyBuilder(), store: 'containerd' } as const;
  const { build } = openBuildHarness(setting, { host: address });
  const shared = randomUUID();
  const context = (own: string) =>
    contextOf({ Dockerfile: 'FROM scratch\nCOPY shared /\nCOPY own /', shared, own });
  await build({ context: context('one') });
  const { load } = await build({ context: context('two'), tags: [newTag()] });
  expect(load).toMatchObject({ outcome: 'thin', layersTotal: 2, layersSent: 1 });
});
