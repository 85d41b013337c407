import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runClient, runCommand, useTestbed } from '@warmdock/testkit';
import { expect, test } from 'vitest';
import { layeredProject, newTag } from '../support/project.js';
import { runWarmdock } from '../support/warmdock.js';
import { useDockerAndShim } from './docker-and-shim.js';

const sides = useDockerAndShim();
const { registry, builder, classic } = useTestbed();
const newRepository = () => `${registry.address}/cli-${randomBytes(6).toString('hex')}`;

/** What the shim says of a docker command line, with these variables. */
async function shim(words: readonly string[], env: Record<string, string>, cwd?: string) {
  const result = await runCommand(['docker', ...words], {
    env: { ...sides.env, PATH: sides.paths.shim, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  expect(result.exitCode, result.stderr).toBe(0);
  return result;
}

/** Throws unless the registry has something in the repository. */
const pushedTo = (repository: string, digest: string) =>
  outputOf(runClient('crane', ['manifest', '--insecure', `${repository}@${digest}`]));

test('warmdock build goes the way that its flags say, and names it at the end', async () => {
  const [context, repository] = [layeredProject(), newRepository()];
  const flags = ['--builder', builder.address, '-t', newTag(classic.host)];
  const build = (...way: string[]) =>
    runWarmdock(['build', ...flags, ...way, context], { host: classic.host });
  const first = await build('--via', 'registry', '--registry', repository);
  expect(first.stderr).toMatch(/\nall 3 layers loaded from the registry, 10\d kB \(.*\)\n$/);
  writeFileSync(join(context, 'top'), randomBytes(500));
  const second = await build('--via=archive');
  expect(second.stderr).toMatch(/\nall 3 layers loaded as an archive, 10\d kB \(.*\)\n$/);
  const wrong = await build('--via', 'pigeon');
  expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"pigeon"') });
});

test('the shim goes the way that the environment says', async () => {
  const [context, repository, tag] = [layeredProject(), newRepository(), newTag(classic.host)];
  const env = { WARMDOCK_VIA: 'registry', WARMDOCK_REGISTRY: repository };
  const metadata = join(context, '..', `${randomBytes(6).toString('hex')}.json`);
  await shim(['build', '-t', tag, '--metadata-file', metadata, context], env);
  const { default: written } = await import(metadata, { with: { type: 'json' } });
  expect(await pushedTo(repository, written['containerimage.digest'])).toContain('layers');
});

test('compose does, too; a way that there is not leaves the build to docker', async () => {
  const [project, repository] = [layeredProject(), newRepository()];
  const image = newTag(classic.host);
  const service = { build: '.', image };
  writeFileSync(join(project, 'compose.yaml'), JSON.stringify({ services: { web: service } }));
  await shim(
    ['compose', 'build'],
    { WARMDOCK_VIA: 'registry', WARMDOCK_REGISTRY: repository },
    project,
  );
  const [name = ''] = image.split(':');
  expect(name).not.toBe('');
  const catalog = await outputOf(runClient('crane', ['catalog', '--insecure', registry.address]));
  expect(catalog).toContain(repository.split('/')[1]);
  const wrong = await shim(['build', '-t', image, project], {
    WARMDOCK: 'explain',
    WARMDOCK_VIA: 'pigeon',
  });
  expect(wrong.stderr).toMatch(/^warmdock: .*"pigeon".*passed through to/m);
});
