import { type CommandResult, runCommand } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { useDockerAndShim } from './docker/docker-and-shim.js';
import { projectOf } from './support/project.js';
import { launcher } from './support/warmdock.js';

const files = {
  Dockerfile: [
    '# what it is made of',
    'ARG WHO=nobody',
    'from scratch AS base',
    'COPY busybox /',
    'FROM base AS last',
    'LABEL who=$WHO',
  ].join('\n'),
  'fine.Dockerfile': 'FROM scratch\nCOPY busybox /\n',
  'one.Dockerfile': 'FROM scratch AS Upper\nCOPY busybox /\n',
  'wrong.Dockerfile': 'FROM scratch AS Upper\nFROM Upper\n',
};

const questions = [
  '--check',
  '--check -q',
  '--check -f fine.Dockerfile',
  '--check -f one.Dockerfile',
  '--check -f wrong.Dockerfile',
  '--call=check,format=json',
  '--call outline',
  '--call=outline,format=json',
  '--call=targets',
  '--call targets,format=json -q',
  '--call=nonsense',
  '--check -f nowhere',
];

/** What people and programs see, without what names a session. */
function seen({ exitCode, stdout }: CommandResult) {
  const text = stdout.trim();
  if (!text.startsWith('{')) return { exitCode, text };
  const { sources, ...answer } = JSON.parse(text);
  return { exitCode, answer, sources: sources.length };
}

describe('a question about a Dockerfile needs no daemon, and is answered as by buildx', () => {
  const sides = useDockerAndShim();

  test.each(questions)('%s', async (flags) => {
    const cwd = projectOf(files);
    const env = { ...sides.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const ask = (program: string, PATH: string) =>
      runCommand(['/bin/sh', '-c', `${program} build ${flags} .`], { cwd, env: { ...env, PATH } });
    const real = await ask('docker', sides.paths.real);
    const shim = await ask('docker', sides.paths.shim);
    expect(seen(shim), shim.stderr).toEqual(seen(real));
    const own = await ask(launcher, sides.paths.real);
    expect(seen(own), own.stderr).toEqual(seen(real));
  });
});
