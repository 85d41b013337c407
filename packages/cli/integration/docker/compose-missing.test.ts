import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runDocker, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { useDockerAndShim } from './docker-and-shim.js';
import { missingImagesOf, said, stateOf, usualLines } from './missing-images-suite.js';
import { building, makeProject } from './up-project.js';

const up = 'docker compose up -d';
missingImagesOf({}, usualLines);
missingImagesOf({ store: 'containerd' }, [[up]]);
missingImagesOf({ compose: 'oldCompose' }, [[up]]);

const sides = useDockerAndShim();

describe('an image with a name of its own', () => {
  const line = 'docker compose -f named.yaml up -d';

  test('is built where its registry lacks it', async () => {
    const project = makeProject(sides);
    const { stderr, exitCode } = await project.run('shim', line);
    expect(stderr).toMatch(building);
    expect(exitCode, stderr).toBe(0);
    expect((await stateOf(project)).images).toHaveLength(1);
  });

  test('is pulled by compose where its registry has it', async () => {
    const { host, name, run, cwd } = makeProject(sides);
    const image = `${useTestbed().registry.address}/${name}/web`;
    await run('shim', 'docker compose -f named.yaml build');
    await outputOf(runDocker(['push', image], { host }));
    await outputOf(runDocker(['rmi', image], { host }));
    writeFileSync(join(cwd, 'web/file'), 'not in the registry\n');
    const { stderr, exitCode } = await run('shim', line);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/no image is missing that compose would build, passed through to/);
    expect(stderr).toMatch(/Pulled/);
    const cat = await run('real', 'docker compose -f named.yaml exec -T web busybox cat /file');
    expect(cat.stdout).toBe('first\n');
  });
});

describe('what is there', () => {
  test('compose is not asked about again', async () => {
    const { run, containers } = makeProject(sides);
    await run('shim', up);
    const made = await containers();
    const again = await run('shim', up);
    expect(again.stderr).toMatch(/^warmdock: no image is missing/);
    expect(again.exitCode).toBe(0);
    expect(await containers()).toEqual(made);
  });

  test('only what has been removed since is built', async () => {
    const project = makeProject(sides);
    const { run, host, name } = project;
    await run('shim', 'docker compose create');
    await run('real', 'docker compose rm -f');
    await outputOf(runDocker(['rmi', `${name}-db`], { host }));
    const { stderr } = await run('shim', 'docker compose create');
    expect(stderr).toMatch(building);
    const built = said(stderr, project).filter((each) => each.includes('Built'));
    expect(built).toEqual([' NAME-db  Built']);
  });
});

describe('what goes wrong', () => {
  test('a failed build makes no containers, and ends as with compose', async () => {
    const [real, shim] = [makeProject(sides), makeProject(sides)];
    const line = 'docker compose -f failing.yaml up -d';
    const [theirs, ours] = await Promise.all([real.run('real', line), shim.run('shim', line)]);
    expect(ours.stderr).toMatch(building);
    expect(ours.exitCode).toBe(theirs.exitCode);
    expect(said(ours.stderr, shim)).toEqual(said(theirs.stderr, real));
    expect(await shim.containers()).toEqual({});
  });

  test.each<[line: string, reason: RegExp]>([
    ['docker compose -f build.yaml run --rm -T web busybox cat /file', /built each time/],
    // Its dependency is built by nobody.
    ['docker compose create web', building],
  ])('compose has the last word: %s', async (line, reason) => {
    const [real, shim] = [makeProject(sides), makeProject(sides)];
    const [theirs, ours] = await Promise.all([real.run('real', line), shim.run('shim', line)]);
    expect(ours.stderr).toMatch(reason);
    expect(ours.exitCode, ours.stderr).toBe(theirs.exitCode);
    expect(await stateOf(shim)).toEqual(await stateOf(real));
  });
});

test('no more builds run side by side than COMPOSE_PARALLEL_LIMIT says', async () => {
  const { run, cwd, name } = makeProject(sides);
  const services = ['one', 'two', 'three'];
  const build = (each: string) => `{ context: web, dockerfile: ${each} }`;
  const lines = services.map((each) => `  ${each}:\n    build: ${build(each)}\n`);
  writeFileSync(join(cwd, 'alone.yaml'), `services:\n${lines.join('')}`);
  const cache = `--network=none --mount=type=cache,id=${name},target=/alone`;
  const alone = 'mkdir /alone/here && busybox sleep 0.3 && busybox rmdir /alone/here';
  const step = `RUN ${cache} busybox ${alone}\n`;
  for (const each of services)
    writeFileSync(join(cwd, 'web', each), `${withShell}\nENV NAME=${each}\n${step}`);
  const line = 'docker compose -f alone.yaml build';
  const { exitCode, stderr, stdout } = await run('shim', line, { COMPOSE_PARALLEL_LIMIT: '1' });
  expect(stderr).toMatch(building);
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
});
