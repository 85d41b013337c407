import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@warmdock/core';
import { parseDigest } from '@warmdock/core/oci';
import { expect, it, onTestFinished } from 'vitest';
import { routeCompose } from '../routing/route-compose.js';
import { knownImages } from './known-images.js';

/** A daemon with images of these names. */
function daemon(...held: string[]): Engine {
  const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
  const engine: Pick<Engine, 'resolveImage'> = {
    resolveImage: async ({ path }) => (held.includes(path) ? digest : undefined),
  };
  return engine as Engine;
}

/** A project in a folder that holds the user's cache as well. */
function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-known-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.yaml');
  writeFileSync(file, 'services: {}\n');
  const known = (words = 'up', env: NodeJS.ProcessEnv = {}) => {
    const routed = routeCompose([`--file=${file}`, ...words.split(' ')]);
    if ('passThroughReason' in routed) throw new Error(routed.passThroughReason);
    return knownImages(routed.call, { XDG_CACHE_HOME: folder, ...env });
  };
  return { folder, file, known };
}

const { signal } = new AbortController();
const all = daemon('team/web', 'team/db');
const images = ['team/web', 'team/db'];

it('what compose has looked for is known the next time', async () => {
  const { known } = makeProject();
  expect(await known().areIn(all, signal)).toBe(false);
  known().learn(images);
  expect(await known().areIn(all, signal)).toBe(true);
  expect(await known().areIn(daemon('team/web'), signal)).toBe(false);
});

it('other words, variables and files are another question', async () => {
  const { known, file } = makeProject();
  known('up').learn(images);
  for (const words of ['up web', 'up --no-deps', 'up --pull always', 'run web', 'create'])
    expect(await known(words).areIn(all, signal), words).toBe(false);
  expect(await known('up', { TAG: '2' }).areIn(all, signal)).toBe(false);
  expect(
    await known('up -d --wait', { SHLVL: '2', OLDPWD: '/', _: '/bin/docker' }).areIn(all, signal),
  ).toBe(true);
  writeFileSync(file, 'services: { web: {} }\n');
  expect(await known().areIn(all, signal)).toBe(false);
});

it('of what is not known by name alone nothing is kept', async () => {
  const { known, folder } = makeProject();
  known().learn(undefined);
  expect(readdirSync(folder)).toEqual(['a.yaml']);
});

it.each([{ XDG_CACHE_HOME: '/dev/null' }, { XDG_CACHE_HOME: '', HOME: '' }])(
  'a user without a place for it is asked again: %j',
  async (env) => {
    const { known } = makeProject();
    known('up', env).learn(images);
    expect(await known('up', env).areIn(all, signal)).toBe(false);
  },
);

it('no value of a variable is kept', () => {
  const { known, folder } = makeProject();
  known('up', { TOKEN: 'a secret' }).learn(images);
  const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.json'),
  );
  expect(kept).toHaveLength(1);
});
