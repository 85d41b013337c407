import { randomBytes } from 'node:crypto';
import { imagesOf, outputOf, removeImages, runCommand, useTestbed } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planBake, runPlans } from '../src/index.js';
import { type BakeProject, bakeProjects } from './bake-files.js';
import { folderOf } from './support/folder.js';
import { useRemoteBuilder } from './support/remote-builder.js';

const shared = useRemoteBuilder();

function prepare({ files, env = {} }: BakeProject) {
  const name = `it${randomBytes(5).toString('hex')}`;
  const named = Object.entries(files).map(([path, text]) => [path, text.replaceAll('NAME', name)]);
  const { clients, classic } = useTestbed();
  onTestFinished(() => removeImages(classic.host, name));
  return {
    name,
    host: classic.host,
    cwd: folderOf(Object.fromEntries(named)),
    env: { ...shared, ...env, DOCKER_HOST: classic.host },
    program: [...clients.prefix, clients.buildx],
  };
}

function bakeWords({ targets = [], ...bake }: NonNullable<BakeProject['bake']>): string[] {
  return [
    'bake',
    ...(bake.files ?? []).map((file) => `--file=${file}`),
    ...(bake.set ?? []).map((change) => `--set=${change}`),
    ...(bake.load ? ['--load'] : []),
    ...(bake.provenance ? [`--provenance=${bake.provenance}`] : []),
    ...targets,
  ];
}

describe('images are those of bake itself, with', () => {
  test.each(bakeProjects.map((each) => [each.title, each] as const))('%s', async (_, project) => {
    const { name, host, cwd, env, program } = prepare(project);
    await outputOf(runCommand([...program, ...bakeWords(project.bake ?? {})], { cwd, env }));
    const theirs = await imagesOf(host, name);
    await removeImages(host, name);

    const set = await planBake({ program, cwd, env, ...project.bake });
    await runPlans(set, {}, { env });
    expect(await imagesOf(host, name)).toEqual(theirs);
    const names = project.images.map((image) => `${name}${image}`);
    const tagged = names.map((each) => (each.includes(':') ? each : `${each}:latest`));
    expect(Object.keys(theirs).sort()).toEqual(tagged.sort());
  });
});
