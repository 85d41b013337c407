/** The suites of builders in short, over grpc-js; `WARMDOCK_GRPC=grpc-js` runs all of them so. */
import { randomBytes, randomUUID } from 'node:crypto';
import { useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { build } from '../../../src/pipeline/build.js';
import type { LoadingBuildRequest } from '../../../src/pipeline/build-request.js';
import { cleanEnv, engineAt, newTag, openBuildHarness } from '../../support/build-harness.js';
import { buildxWith } from '../../support/buildx.js';
import { busybox, contextOf } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { hasBegun, processesWith, sleepingContext, within } from '../../support/faults.js';
import { everyBuilder } from '../../support/settings.js';

const grpc = 'grpc-js';

describe.each(everyBuilder())('over grpc-js, with %s', (_name, setting) => {
  const openHere = () => openBuildHarness(setting, { grpc });

  it('a build sends its context and loads what is missing', async () => {
    const { build, host } = openHere();
    const Dockerfile = 'FROM scratch\nCOPY large /large\nCOPY note /note';
    const files = { Dockerfile, large: randomBytes(20_000_000) };
    const first = await build({ context: contextOf({ ...files, note: 'first' }) });
    expect(first.load).toMatchObject({ outcome: 'full', layersSent: 2 });
    const note = randomUUID();
    const changed = { context: contextOf({ ...files, note }) };
    const second = await build(changed);
    expect(second.load).toMatchObject({ outcome: 'thin', layersSent: 1 });
    expect(await fileOf(host, second.load.imageId, 'note')).toBe(note);
    expect((await build(changed)).load.outcome).toBe('unchanged');
  });

  it('several builds at once on one connection give their own images', async () => {
    const { build, host } = openHere();
    const notes = Array.from({ length: 6 }, () => randomUUID());
    const Dockerfile = 'FROM scratch\nCOPY note /note';
    const outcomes = await Promise.all(
      notes.map((note) => build({ context: contextOf({ Dockerfile, note }), tags: [newTag()] })),
    );
    const read = outcomes.map(({ load }) => fileOf(host, load.imageId, 'note'));
    expect(await Promise.all(read)).toEqual(notes);
  });

  it('a build that fails tells its step, exit code, last output and place in the Dockerfile', async () => {
    const step = `RUN --network=none echo größe >&2; exit 7 # ${randomUUID()}`;
    const context = contextOf({ Dockerfile: `${withShell}\n${step}`, busybox });
    await expect(openHere().build({ context })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      step: { name: expect.stringContaining('exit 7') },
      logTail: expect.arrayContaining(['größe']),
      exitCode: 7,
      sources: [{ filename: 'Dockerfile', markedLines: [5] }],
    });
  });

  it('a build that is aborted ends at once, and so does its step', async () => {
    const marker = randomUUID();
    const abort = new AbortController();
    const building = openHere().build(
      { context: sleepingContext(marker) },
      { signal: abort.signal, onProgress: (event) => hasBegun(event) && abort.abort() },
    );
    await expect(building).rejects.toMatchObject({ code: 'CANCELLED' });
    await within(2_000, () => expect.poll(() => processesWith(marker)).toBe(0));
  });
});

/** Builds a note and reads it out of the daemon. */
async function builtNote(
  host: string,
  request: Partial<LoadingBuildRequest>,
  wanted: NodeJS.ProcessEnv = {},
): Promise<string> {
  const note = randomUUID();
  const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note });
  const env = { ...cleanEnv(), ...wanted };
  const { load } = await build(
    { context, tags: [newTag()], engine: host, ...request, grpc },
    { env },
  );
  const read = await fileOf(host, load.imageId, 'note');
  await engineAt(host).removeImage(load.imageId, { force: true });
  expect(read).toBe(note);
  return load.outcome;
}

/** The BuildKits with all their addresses. */
const ways = everyBuilder().map(([title, { builder }]) => ({ title, ...builder }));
const { host: containerdHost } = useTestbed().containerd;

describe.each(ways.filter(({ unixAddress }) => unixAddress))('$title', ({ unixAddress }) => {
  it('is reached over grpc-js at its unix socket', async () => {
    expect(await builtNote(containerdHost, { builder: unixAddress })).toBe('full');
  });
});

describe.each(ways.filter(({ tls }) => tls))('$title', ({ tls, ...builder }) => {
  it('is reached over grpc-js with mutual TLS', async () => {
    const { name, env } = await buildxWith(builder, tls);
    expect(await builtNote(containerdHost, { builder: name }, env)).toBe('full');
  });

  it('is refused over grpc-js when its certificate says another name', async () => {
    const { name, env } = await buildxWith(builder, tls && { ...tls, serverName: 'other.test' });
    await expect(builtNote(containerdHost, { builder: name }, env)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(tls?.address ?? ''),
    });
  });
});

describe.each(['classic', 'containerd'] as const)('a daemon with the %s store', (store) => {
  it('builds by itself over grpc-js, on connections that it upgraded', async () => {
    const { host } = useTestbed()[store];
    const env = { DOCKER_HOST: host };
    expect(await builtNote(host, { builder: 'default' }, env)).toBe('in-place');
  });
});
