import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesOf, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { useDockerAndShim } from './docker-and-shim.js';
import { comparable } from './lines.js';
import { building, makeProject, runPrinting } from './up-project.js';

const sides = useDockerAndShim();

describe('the containers are those of compose itself, and compose has nothing left to do', () => {
  const [running, created] = ['running', 'created'].map((state) => [
    `NAME-db ${state}`,
    `NAME-web ${state}`,
  ]);
  const up = 'docker compose up -d';
  test.each<[line: string, states: readonly string[] | undefined, again: string]>([
    ['docker compose up --build -d', running, up],
    ['docker compose up -d --build=true --quiet-build', running, up],
    ['docker compose up --detach --build db', ['NAME-db running'], `${up} db`],
    ['docker compose up --build --no-deps -d web', ['NAME-web running'], `${up} --no-deps web`],
    ['docker compose up --build --no-start', created, up],
    ['docker compose create --build', created, up],
    [
      'docker compose -f never.yaml up --build -d',
      ['NAME-web running'],
      'docker compose -f never.yaml up -d',
    ],
    ['docker-compose up --build -d', running, 'docker-compose up -d'],
  ])('%s', async (line, states, again) => {
    const { containers, run, name, host } = makeProject(sides);
    const shim = await run('shim', line);
    expect(shim.stderr).toMatch(building);
    expect(shim.exitCode, shim.stderr).toBe(0);
    const made = await containers();
    expect(Object.values(made).sort()).toEqual(states);
    const images = await imagesOf(host, name);

    const real = await run('real', again);
    expect(real).toMatchObject({ exitCode: 0, stdout: '' });
    expect(real.stderr).not.toMatch(/Built|Building|Recreate|Pull|warning/i);
    expect(Object.keys(await containers()).sort()).toEqual(Object.keys(made).sort());
    expect(await imagesOf(host, name)).toEqual(images);
  });

  test('with the containerd store as well', async () => {
    const { containers, run } = makeProject(sides, useTestbed().containerd.host);
    const shim = await run('shim', 'docker compose up --build -d');
    expect(shim.exitCode, shim.stderr).toBe(0);
    expect(shim.stderr).toMatch(building);
    const made = await containers();
    expect(Object.values(made)).toHaveLength(2);
    const again = await run('real', 'docker compose up -d');
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await containers()).toEqual(made);
  });

  test('a second `up --build` makes new ones of what has changed', async () => {
    const { containers, run, cwd } = makeProject(sides);
    await run('shim', 'docker compose up --build -d');
    const before = await containers();
    writeFileSync(join(cwd, 'web/file'), 'second\n');
    const { exitCode, stderr } = await run('shim', 'docker compose up --build -d');
    expect(exitCode, stderr).toBe(0);
    const after = await containers();
    const kept = Object.keys(before).filter((id) => after[id] !== undefined);
    expect(kept.map((id) => after[id])).toEqual(['NAME-db running']);
    expect(Object.values(after)).toHaveLength(2);
    const cat = 'docker compose exec -T web busybox cat /file';
    expect(await run('real', cat)).toMatchObject({ stdout: 'second\n' });
  });
});

describe('run --build', () => {
  test.each([
    ['docker compose run --build --rm -T web busybox cat /file', 'first\n'],
    ['docker compose run --quiet-build --build --no-deps --rm -T web busybox cat /file', 'first\n'],
    ['docker compose run --build -T db busybox echo --build x', '--build x\n'],
    ['docker-compose run --build --rm -T web busybox cat /file', 'first\n'],
  ])('runs what was built, and prints the same: %s', async (line, stdout) => {
    const theirs = await runPrinting(sides, 'real', line, stdout);
    const ours = await runPrinting(sides, 'shim', line, stdout);
    expect(ours.stderr).toMatch(building);
    expect(theirs.exitCode, theirs.stderr).toBe(0);
    expect(ours.exitCode, ours.stderr).toBe(0);
    expect(ours.stdout.endsWith(stdout), ours.stdout).toBe(true);
    expect(theirs.stdout.endsWith(stdout), theirs.stdout).toBe(true);
    const states = Object.values(await ours.containers()).sort();
    expect(states).toEqual(Object.values(await theirs.containers()).sort());
  });

  test('ends with the exit code of the command', async () => {
    const { run } = makeProject(sides);
    const line = 'docker compose run --build --rm -T db busybox sh -c "exit 7"';
    expect(await run('shim', line)).toMatchObject({ exitCode: 7 });
  });
});

describe('what compose itself does', () => {
  test.each<[line: string, reason: RegExp]>([
    ['docker compose -f always.yaml up --build -d', /pull policy always/],
    ['docker compose -f build.yaml run --build --rm -T web busybox cat /file', /pull policy build/],
    ['docker compose up --build --pull never -d', /--pull would pull/],
    ['docker compose up --no-build -d', /no build/],
    ['docker compose up --build nobody', /nobody/],
    ['docker compose run --build', /what is wrong/],
    ['docker compose run --build nobody', /nobody/],
  ])('%s', async (line, reason) => {
    const [real, shim] = [makeProject(sides), makeProject(sides)];
    const theirs = await real.run('real', line);
    const ours = await shim.run('shim', line);
    expect(ours.stderr).toMatch(reason);
    expect(ours.stderr).toMatch(/passed through to/);
    expect(ours.exitCode).toBe(theirs.exitCode);
    const states = Object.values(await shim.containers()).sort();
    expect(states).toEqual(Object.values(await real.containers()).sort());
  });

  test('a failed build makes no containers', async () => {
    const [real, shim] = [makeProject(sides), makeProject(sides)];
    const line = 'docker compose -f failing.yaml up --build -d';
    const theirs = await real.run('real', line);
    const ours = await shim.run('shim', line);
    expect(ours.stderr).toMatch(building);
    expect(ours.exitCode).toBe(theirs.exitCode);
    const failed = (stderr: string) => comparable(stderr).filter((each) => each.includes('solve'));
    expect(failed(ours.stderr)).toEqual(failed(theirs.stderr));
    expect(failed(ours.stderr)).toHaveLength(1);
    expect(await shim.containers()).toEqual({});
  });
});
