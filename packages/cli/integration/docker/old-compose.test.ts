import { randomBytes } from 'node:crypto';
import { removeImages, useTestbed } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useDockerAndShim } from './docker-and-shim.js';
import { expectSame } from './lines.js';
import { oldComposeCases, oldComposeFiles } from './old-compose-cases.js';
import { projectFolder } from './project-folder.js';
import { building, makeProject, runPrinting } from './up-project.js';

const sides = useDockerAndShim({ compose: 'oldCompose' });
const files = { ...oldComposeFiles, env: 'WHO=env-file\n' };

describe('the shim does what compose 2.26 does', () => {
  test.each(
    oldComposeCases.map(
      (each) => [`${each.line} ${JSON.stringify(each.env ?? {})}`, each] as const,
    ),
  )('%s', async (_, each) => {
    const name = `it${randomBytes(5).toString('hex')}`;
    onTestFinished(() => removeImages(useTestbed().classic.host, name));
    await expectSame(each, { sides, name, cwd: projectFolder(name, files) });
  });
});

describe('with compose 2.26', () => {
  test.each<[line: string, containers: number, again: string]>([
    ['docker compose up --build -d', 2, 'docker compose up -d'],
    ['docker compose create --build', 2, 'docker compose up -d'],
    ['docker compose up --build --no-deps -d web', 1, 'docker compose up --no-deps -d web'],
    ['docker-compose up --build -d', 2, 'docker-compose up -d'],
  ])('%s leaves nothing to do', async (line, count, again) => {
    const { containers, run } = makeProject(sides);
    const shim = await run('shim', line);
    expect(shim.stderr).toMatch(building);
    expect(shim.exitCode, shim.stderr).toBe(0);
    const made = Object.keys(await containers()).sort();
    expect(made).toHaveLength(count);
    const real = await run('real', again);
    expect(real.exitCode, real.stderr).toBe(0);
    expect(real.stderr).not.toMatch(/Built|Building|Recreate|Pull|warning/i);
    expect(Object.keys(await containers()).sort()).toEqual(made);
  });

  test.each([
    ['docker compose run --build --rm -T web busybox cat /file', 0, 'first\n'],
    ['docker compose run --build --rm -T db busybox sh -c "echo x; exit 7"', 7, 'x\n'],
    ['docker compose -f failing.yaml up --build -d', 17, ''],
    ['docker compose -f failing.yaml build db', 17, ''],
  ])('%s ends as compose itself, with %i', async (line, exitCode, stdout) => {
    const theirs = await runPrinting(sides, 'real', line, stdout);
    const ours = await runPrinting(sides, 'shim', line, stdout);
    expect(ours.stderr).toMatch(building);
    expect(ours.exitCode, ours.stderr).toBe(exitCode);
    // A build that fails may end compose 2.26 with 2 as well, as luck has it.
    expect(exitCode === 17 ? [17, 2] : [exitCode], theirs.stderr).toContain(theirs.exitCode);
    // The progress of the builds stands before.
    for (const side of [theirs, ours]) expect(side.stdout.endsWith(stdout), side.stdout).toBe(true);
    const states = Object.values(await ours.containers()).sort();
    expect(states).toEqual(Object.values(await theirs.containers()).sort());
  });
});

/** What a compose of another version answers to `version`, and what it does with the words of `config --format json`. */
const front = (version: string, changed: string) => `
  case " $* " in
    *' version --short '*) echo ${version}; exit ;;
    *' config --format json'*) ${changed} ;;
  esac`;

describe.each([
  // All services, whatever is selected or enabled.
  ['2.24.7', 'set -- --profile "*" config --format json'],
  ['2.25.0', 'set -- config'],
])('with compose %s, which cannot print the selected services', (version, changed) => {
  const oldSides = useDockerAndShim({ compose: 'oldCompose', front: front(version, changed) });

  test.each(['docker compose build web', 'docker compose up -d'])(
    '%s is passed through to compose, with the reason',
    async (line) => {
      const { run, containers } = makeProject(oldSides);
      const { exitCode, stderr } = await run('shim', line);
      expect(stderr).toContain(`compose ${version} cannot print the selected services as JSON`);
      expect(stderr).toMatch(/update .* to 2\.26 or newer\), passed through to/);
      expect(exitCode, stderr).toBe(0);
      expect(Object.keys(await containers())).toHaveLength(line.includes('up') ? 2 : 0);
    },
  );
});
