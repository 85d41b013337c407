import { chmodSync, cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { oldNode } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { projectOf, temporaryFolder } from './support/project.js';
import {
  beginBuild,
  configWithBuilder,
  printedError,
  programs,
  runShim,
  shells,
  shim,
  startShim,
  systemPath,
} from './support/shim.js';

/** A docker that says that it was started, and prints its input. */
const docker = 'echo docker; cat';

/** A builder that may be meant, so that node is asked. */
const asking = () => ({ BUILDX_BUILDER: 'far', DOCKER_CONFIG: configWithBuilder() });

const brokenNode = () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'node'), '#!/nonexistent/interpreter\n');
  chmodSync(join(folder, 'node'), 0o755);
  return folder;
};
const node = (script: string) => () => programs({ node: script });

describe.each(Object.entries(shells))('with %s as sh', (_name, sh) => {
  /** Runs `docker build -` with these folders before the docker's in PATH. */
  const build = (folders: string, env: Record<string, string> = {}, rest = systemPath) => {
    const path = [folders, programs({ docker }), rest].join(':');
    const options = { program: sh(), path, env: { ...asking(), ...env }, input: 'FROM x' };
    return runShim([shim, 'build', '-'], options);
  };

  test.each<[what: string, folder: () => string, why: RegExp]>([
    ['that a version manager has none of', node('echo No version is set >&2; exit 1'), / with 1;/],
    ['that ends without a word', node('exit 0'), / with 0;/],
    ['that refuses an option', node('exit 9'), / with 9;/],
    ['that crashes', node('kill -SEGV $$'), / by signal 11;/],
    ['that is killed', node('kill -KILL $$'), / by signal 9;/],
    ['that cannot be run', brokenNode, / cannot be run;/],
    [
      'that is a real old one',
      () => dirname(oldNode()),
      / needs Node 20.19 or newer, .* is 14.21.3;/,
    ],
    [
      'that lost a descriptor',
      node(`exec ${process.execPath} "$@" 8<&-`),
      / without descriptor 8 /,
    ],
  ])('a node %s ends nothing: docker builds, with all of its input', async (_what, folder, why) => {
    const { exitCode, stdout, stderr } = await build(folder(), {}, dirname(cat()));
    expect({ exitCode, stdout: stdout.toString() }).toEqual({
      exitCode: 0,
      stdout: 'docker\nFROM x',
    });
    expect(stderr).toMatch(why);
    // What Node, or the shell that cannot run it, has to say stays.
    const ofShim = stderr.replace(/^(?:No version is set|.*\bnode: .*)\n/gm, '');
    expect(ofShim).toMatch(/^NOTICE: warmdock .*; passed through to \/\S+\/docker.*\n$/);
  });

  test.each<[what: string, damage: (dist: string) => void, why: RegExp]>([
    ['is cut off', (dist) => truncateSync(join(dist, 'build-program.cjs'), 1000), / ended with 1;/],
    ['lacks a part', (dist) => rmSync(join(dist, 'build-program.cjs')), / ended with 1;/],
    ['is gone', (dist) => rmSync(dist, { recursive: true }), / its program is not in /],
  ])('a package that %s ends nothing either', async (_what, damage, why) => {
    const package_ = temporaryFolder();
    for (const part of ['bin', 'dist'])
      cpSync(join(dirname(shim), '..', part), join(package_, part), { recursive: true });
    damage(join(package_, 'dist'));
    const path = [programs({ docker }), systemPath].join(':');
    const words = [join(package_, 'bin/docker'), 'build', '-'];
    const options = { program: sh(), path, env: asking(), input: 'FROM x' };
    const { exitCode, stdout, stderr } = await runShim(words, options);
    expect({ exitCode, stdout: stdout.toString() }).toEqual({
      exitCode: 0,
      stdout: 'docker\nFROM x',
    });
    expect(stderr.split('\n').filter((line) => line.startsWith('NOTICE: '))).toEqual([
      expect.stringMatching(why),
    ]);
  });

  test('no node at all ends nothing either', async () => {
    const { stdout, stderr } = await build('/nonexistent', {}, dirname(cat()));
    expect(stdout.toString()).toBe('docker\nFROM x');
    expect(stderr).toMatch(
      /^NOTICE: warmdock cannot start: there is no node in PATH; passed through to \S+\n$/,
    );
  });

  test.each([0, 1, 9, 87, 88, 130])('once it builds, its end is the end: %i', async (exitCode) => {
    const ended = await build(programs({ node: `${beginBuild}; exit ${exitCode}` }));
    const dockerFollows = exitCode === 87 || exitCode === 88;
    expect(ended).toMatchObject({
      exitCode: dockerFollows ? 0 : exitCode,
      signal: null,
      stderr: '',
    });
    expect(ended.stdout.toString()).toBe(dockerFollows ? 'docker\nFROM x' : '');
  });

  test.each<[line: string, rest: string]>([
    ['compose up --build -d', 'compose up --no-build -d'],
    ['compose -p up up -d --build=true web', 'compose -p up up --no-build -d web'],
    ['compose -p --build create --build', 'compose -p --build create --no-build'],
    ['compose up -d none', 'compose up --no-build -d none'],
    ['compose up --build none', 'compose up --no-build none'],
    ['compose up -- web', 'compose up --no-build -- web'],
    ['compose run --build web cmd --build', 'compose run web cmd --build'],
  ])('what must not be built again is not: %s', async (line, rest) => {
    const after = async (exitCode: number) => {
      const node = programs({ node: `${beginBuild}; exit ${exitCode}` });
      const path = [node, programs({ docker: 'echo "$*"' }), systemPath].join(':');
      const options = { program: sh(), path, env: asking() };
      return (await runShim([shim, ...line.split(' ')], options)).stdout.toString();
    };
    expect(await after(87)).toBe(`${rest}\n`);
    expect(await after(88)).toBe(`${line}\n`);
  });

  test.each(['KILL', 'SEGV', 'TERM'])(
    'once it builds, its end by SIG%s is the end',
    async (name) => {
      const ended = await build(programs({ node: `${beginBuild}; kill -${name} $$` }));
      expect(ended).toMatchObject({ exitCode: null, signal: `SIG${name}` });
      expect(ended.stdout.toString()).toBe('');
    },
  );

  test.each([
    { NODE_OPTIONS: '--require /gone.js' },
    { NODE_OPTIONS: '--no-such-option' },
    { NODE_DEBUG: 'module', NODE_CHANNEL_FD: '3' },
  ])('what a project sets for its own node is not obeyed: %j', async (env) => {
    const { stdout, stderr } = await build('/nonexistent', { ...env, WARMDOCK: 'explain' });
    expect(stdout.toString()).toBe('docker\nFROM x');
    expect(stderr).toMatch(/^warmdock: .*, passed through to docker\n$/);
  });

  test.each(['HUP', 'INT QUIT', 'HUP INT QUIT TERM', ''])(
    'docker ignores what its caller ignored: (%s)',
    async (ignored) => {
      const shown = `grep SigIgn /proc/$$/status`;
      const run = async (command: string, program: string) => {
        const path = `${programs({ docker: shown })}:${systemPath}`;
        const line = `trap '' ${ignored || 'USR1'}; exec ${program} ${command}`;
        const options = { program: 'sh', path, env: asking() };
        return (await runShim(['-c', line], options)).stdout.toString();
      };
      const expected = await run('ps', 'docker');
      expect(expected).toMatch(/^SigIgn:\t\w{16}\n$/);
      const through = `${sh()} ${shim}`;
      expect([await run('ps', through), await run('build', through)]).toEqual([expected, expected]);
    },
  );

  test.each([
    ['HUP', 'SIGHUP'],
    ['INT QUIT HUP', 'SIGQUIT'],
    ['INT', 'SIGINT'],
  ] as const)('a build ignores them, too, and ends by another: %s', async (ignored, signal) => {
    const { env, path } = await silentBuilder();
    const line = `trap '' ${ignored}; exec ${sh()} ${shim} build --load .`;
    const run = startShim(['sh', '-c', line], {
      program: 'setsid',
      path,
      env,
      cwd: projectOf({ Dockerfile: 'FROM scratch\n' }),
    });
    await printedError(run, /building on builder/);
    const group = -(run.child.pid ?? Number.NaN);
    process.kill(group, signal);
    process.kill(group, 'SIGTERM');
    expect(await run.ended).toMatchObject({
      exitCode: 130,
      signal: null,
      stderr: expect.stringMatching(/cancelled/),
    });
  });

  test('a program that ends at the very moment of the signal ends as it says', async () => {
    const ending = node('trap "exit 130" TERM; sleep 5 >/dev/null 2>&1 & echo ready >&2; wait')();
    const path = [ending, programs({ docker }), systemPath].join(':');
    for (let time = 0; time < 10; time++) {
      const words = ['sh', '-c', `exec ${sh()} ${shim} build -`];
      const run = startShim(words, { program: 'setsid', path, env: asking() });
      await printedError(run, /ready/);
      process.kill(-(run.child.pid ?? Number.NaN), 'SIGTERM');
      expect(await run.ended).toMatchObject({ exitCode: 130, signal: null });
    }
  });

  describe('a program that stands for docker and calls docker by name', () => {
    const links = () => programs({ docker: `exec ${sh()} ${shim} "$@"` });

    test.each([
      ['below itself', 'docker "$@"'],
      ['in its place', 'exec docker "$@"'],
    ])('%s is named, not called without an end', async (_how, wrapper) => {
      const wrapped = programs({ docker: wrapper });
      const path = `${links()}:${systemPath}`;
      const env = { WARMDOCK_DOCKER: join(wrapped, 'docker') };
      for (const command of ['ps', 'build']) {
        const ended = await runShim(['-c', `docker ${command}`], { program: 'sh', path, env });
        expect(ended).toMatchObject({ exitCode: 127, signal: null });
        expect(ended.stderr).toContain(`docker: ${wrapped}/docker calls docker by name`);
        expect(ended.stderr).toMatch(/\nHINT: /);
      }
    });

    test('and ends, as plugins and scripts do, is called as often as it likes', async () => {
      const one = 'case $1 in 0) echo end ;; *) docker $(($1 - 1)) ;; esac';
      const many = `for i in $(seq 25); do docker 2; done`;
      const real = programs({ docker: `if [ "$1" = many ]; then ${many}; else ${one}; fi` });
      const env = { WARMDOCK_DOCKER: join(real, 'docker') };
      const options = { program: 'sh', path: `${links()}:${systemPath}`, env };
      const { stdout, stderr } = await runShim(['-c', 'docker many && docker 10'], options);
      expect(stdout.toString()).toBe('end\n'.repeat(26));
      expect(stderr).toBe('');
    });
  });

  test('an unknown value of WARMDOCK is named in a line, and docker runs', async () => {
    const path = `${programs({ docker })}:${systemPath}`;
    for (const command of ['ps', 'build']) {
      const env = { ...asking(), WARMDOCK: 'explian\nx' };
      const ended = await runShim([shim, command], { program: sh(), path, env });
      expect(ended.stdout.toString()).toBe('docker\n');
      expect(ended.stderr).toBe(
        'warmdock: WARMDOCK is explian, which means nothing: it may be off, explain or pull\n',
      );
    }
  });
});

/** Where `cat` is, and no node. */
function cat(): string {
  return join(programs({ cat: 'exec /bin/cat "$@"' }), 'cat');
}

/** A builder and a daemon that take connections and never answer. */
async function silentBuilder() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const Endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const Nodes = [{ Name: 'far0', Endpoint }];
  const env = {
    DOCKER_CONFIG: configWithBuilder({}, { Name: 'far', Driver: 'remote', Nodes }),
    DOCKER_HOST: Endpoint,
    BUILDX_BUILDER: 'far',
    WARMDOCK: 'explain',
  };
  return { env, path: `${programs({ docker })}:${systemPath}` };
}
