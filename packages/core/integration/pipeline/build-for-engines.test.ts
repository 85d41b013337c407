import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { buildForEngines } from '../../src/pipeline/build-for-engines.js';
import { builderAt, cleanEnv, engineAt, newTag } from '../support/build-harness.js';
import { contextOf } from '../support/context.js';
import { fileOf } from '../support/daemon-images.js';
import { anyBuilder } from '../support/settings.js';

it('one solve brings the image into several daemons, and one that fails keeps it from none', async () => {
  const { classic, containerd } = useTestbed();
  const note = randomUUID();
  const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note });
  const builder = builderAt(anyBuilder().address);
  const engines = [classic.host, 'unix:///nowhere/docker.sock', engineAt(containerd.host)];
  const solves: string[] = [];
  const { loads, ref } = await buildForEngines(
    engines,
    { context, tags: [newTag()], builder },
    {
      env: cleanEnv(),
      onProgress: (event) =>
        event.type === 'solve' && solves.push(...event.status.vertexes.map(({ name }) => name)),
    },
  );
  expect(ref).toEqual(expect.any(String));
  expect(
    solves.filter((name) => name.startsWith('[internal] load build context')).length,
  ).toBeGreaterThan(0);
  expect(loads.map(({ load }) => load?.outcome)).toEqual(['full', undefined, 'full']);
  expect(loads[1]?.error).toMatchObject({ code: 'UNAVAILABLE' });
  for (const [at, { host }] of [
    [0, classic],
    [2, containerd],
  ] as const) {
    const { imageId = '' } = loads[at]?.load ?? {};
    onTestFinished(async () => void (await engineAt(host).removeImage(imageId, { force: true })));
    expect(await fileOf(host, imageId, 'note')).toBe(note);
  }
});

it('a request with an engine of its own is INVALID_ARGUMENT', async () => {
  const request = { context: '.', engine: useTestbed().classic.host };
  await expect(buildForEngines([], request)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
