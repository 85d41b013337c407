import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOf, runCommand, runDocker, useTestbed } from '@warmdock/testkit';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/project.js';
import { type Side, useDockerAndShim } from './docker-and-shim.js';

const sides = useDockerAndShim();
let project: string;

beforeAll(() => {
  project = join(sides.home, 'project');
  cpSync(fileURLToPath(new URL('./script-project', import.meta.url)), project, { recursive: true });
  copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), join(project, 'busybox'));
  chmodSync(join(project, 'busybox'), 0o755);
});

/** Runs the project's script; what it answers has nothing in it that has to differ. */
async function runScript(side: Side, env: Readonly<Record<string, string>> = {}) {
  const name = `script-${randomBytes(6).toString('hex')}`;
  const out = temporaryFolder();
  const { exitCode, stdout, stderr } = await runCommand(['bash', 'build.sh', out], {
    cwd: project,
    env: {
      ...sides.env,
      ...env,
      NAME: name,
      PATH: sides.paths[side],
      // The script runs npm, which would look for a newer one of itself.
      npm_config_update_notifier: 'false',
    },
  });
  const images = await imagesOf(name);
  const neutral = (text: string) => text.replaceAll(name, 'NAME').replaceAll(out, 'OUT');
  return {
    outcome: {
      exitCode,
      stdout: neutral(stdout),
      images,
      files: readdirSync(out).sort(),
      iid: readFileSync(join(out, 'iid'), 'utf8'),
    },
    stderr: neutral(stderr),
    log: readFileSync(join(out, 'log'), 'utf8'),
  };
}

/** The IDs, with the classic store the digests of the configurations, by tag. */
async function imagesOf(name: string): Promise<Record<string, string>> {
  const { host } = useTestbed().classic;
  const format = ['--no-trunc', '--format', '{{.Tag}} {{.ID}}'];
  const list = await outputOf(
    runDocker(['image', 'ls', ...format, '--filter', `reference=${name}`], { host }),
  );
  const images = Object.fromEntries(list.split('\n').flatMap((line) => toPair(line)));
  onTestFinished(async () => {
    const names = Object.keys(images).map((tag) => `${name}:${tag}`);
    await runDocker(['image', 'rm', '--force', ...names], { host });
  });
  return images;
}

function toPair(line: string): [string, string][] {
  const [tag, id] = line.split(' ');
  return tag && id ? [[tag, id]] : [];
}

test("a project's own build script does with the shim what it does with docker", async () => {
  const real = await runScript('real');
  const shim = await runScript('shim');
  expect(shim.outcome, `${real.stderr}\n---\n${shim.stderr}`).toEqual(real.outcome);
  const { exitCode, stdout, images } = shim.outcome;
  expect({ exitCode, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    exitCode: 1,
    last: '# the end, which nobody catches',
  });
  expect(Object.keys(images)).toHaveLength(22);
  expect(shim.stderr).not.toContain('warmdock');
}, 120_000);

test('its builds are carried out by the shim', async () => {
  const { stderr, log } = await runScript('shim', { WARMDOCK: 'explain' });
  expect(stderr).not.toMatch(/^warmdock: .*passed through to docker/m);
  expect(stderr.match(/^warmdock: building on builder "shared"/gm)?.length).toBeGreaterThan(15);
  expect(log).toContain('warmdock: building on builder "shared"');
}, 120_000);
