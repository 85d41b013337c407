import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/project.js';
import {
  beginBuild,
  configWithBuilder,
  noNode,
  printed,
  printWords,
  programs,
  runShim,
  type ShimOptions,
  shells,
  shim,
  startShim,
  systemPath,
  wordsOf,
} from './support/shim.js';

/** As `sh -c` takes them: with its quotes. */
const builds = [
  'build .',
  'build',
  'build --help',
  'buildx build .',
  'buildx b .',
  'buildx bake',
  'buildx --builder x build .',
  'buildx --builder=x -D bake',
  'buildx -D --debug=false b',
  'image build .',
  'builder build .',
  'builder b .',
  '--config x build',
  '--config=x build',
  '-c x build',
  '-cx build',
  '-c=x build',
  '--context x build',
  '--context=x build',
  '-D build',
  '--debug build',
  '--debug=false build',
  '-D=true build',
  '-H tcp://h:1 build',
  '-Htcp://h:1 build',
  '--host x -H y build',
  '--host=x build',
  '-l debug build',
  '-ldebug build',
  '--log-level debug build',
  '--log-level=debug build',
  '-Dl debug build',
  '-Dldebug build',
  '-DDHtcp://h:1 build',
  '--tls build',
  '--tls=false build',
  '--tlsverify build',
  '--tlscacert ca --tlscert=cert --tlskey key build',
  '--config build build',
  '-c build buildx build',
  "--config '' build",
  'compose build',
  'compose -f x build web',
  'compose -fx --file y --file=z build',
  'compose -p x --profile a --profile=b up -d --build',
  'compose up web --build',
  'compose up --build=true',
  'compose run --build web',
  'compose run web npm run build',
  'compose run web cmd --no-build',
  'compose up',
  'compose up -d',
  'compose create web',
  'compose --profile build up',
  'compose up --no-build=false',
  'compose --env-file x --project-directory y --project-name z --ansi never create --build',
  'compose --progress plain --parallel 3 --compatibility --dry-run --all-resources --verbose build',
];

const others = [
  '',
  'ps',
  'run build',
  'run --rm app build',
  'exec web docker build .',
  'pull build',
  '-v build',
  '-Dv build',
  '--version build',
  '--help build',
  '-h build',
  '--unknown build',
  '--unknown=x build',
  '-x build',
  '-- build',
  '- build',
  "'' build",
  '--config build',
  '-c build',
  '-Dl build',
  '--config',
  'buildx',
  'buildx ls',
  'buildx --builder build',
  'buildx --builder x use build',
  'buildx -x build',
  'buildx imagetools build',
  'image ls build',
  'image',
  'image --help build',
  'builder prune',
  'compose',
  'compose up --no-build',
  'compose create web --no-build',
  'compose start',
  'compose restart web',
  'compose watch',
  'compose ps build',
  'compose -f build ps',
  'compose -fbuild ps',
  'compose exec web npm run build --prod',
  'compose logs --build',
  'compose --unknown build',
  'compose version',
  'Build .',
  'build. ',
];

const ofShell = (line: string) => ['-c', `exec ${shim} ${line}`];

/** Runs the line with a node that says so, and a docker that ends with 3. */
function ask(line: string, env: Readonly<Record<string, string>>, cwd = temporaryFolder()) {
  const node = programs({ node: 'echo asked >&2; exit 86' });
  const path = `${node}:${programs({ docker: 'exit 3' })}:${systemPath}`;
  return runShim(ofShell(line), { program: 'sh', path, env, cwd });
}

const asked = { stderr: 'asked\n', exitCode: 3 };
const notAsked = { stderr: '', exitCode: 3 };

describe('what may be a build is asked about', () => {
  test.each(builds)('docker %s', async (line) => {
    const DOCKER_CONFIG = configWithBuilder();
    const env = { DOCKER_CONFIG, BUILDX_CONFIG: `${DOCKER_CONFIG}/buildx`, BUILDX_BUILDER: 'far' };
    expect(await ask(line, env)).toMatchObject(asked);
  });

  test.each(builds)('docker %s, by a user without HOME', async (line) => {
    const ended = await ask(line.replace(/--config[= ](x|build) /, ''), {});
    expect(ended).toMatchObject(asked);
  });
});

/** As `docker build` is: docker itself chooses the builder. */
const ofDocker = ['build .', 'image build .', 'builder build .', 'builder b .', '-c x build'];
const ofBuildx = [
  'buildx build .',
  'buildx b .',
  'buildx bake',
  'compose build',
  'compose up --build',
  'compose up',
];

describe('where no builder but the daemon can be meant, node is not started', () => {
  test.each(builds)('nobody has made one: docker %s', async (line) => {
    const HOME = temporaryFolder();
    const env = { HOME, BUILDX_BUILDER: 'far' };
    expect(await ask(line, env)).toMatchObject(notAsked);
    mkdirSync(join(HOME, '.docker/buildx/instances'), { recursive: true });
    expect(await ask(line, env)).toMatchObject(notAsked);
  });

  test.each(ofDocker)('nobody names one: docker %s', async (line) => {
    const config = { auths: { r: { auth: 'a builder' } }, currentContext: 'c' };
    const DOCKER_CONFIG = configWithBuilder(config);
    expect(await ask(line, { DOCKER_CONFIG })).toMatchObject(notAsked);
    expect(await ask(line, { DOCKER_CONFIG, BUILDX_BUILDER: '' })).toMatchObject(notAsked);
    rmSync(join(DOCKER_CONFIG, 'config.json'));
    expect(await ask(line, { DOCKER_CONFIG })).toMatchObject(notAsked);
  });

  test.each<[what: string, reason: RegExp, env: () => Record<string, string>]>([
    [
      'nobody has made one',
      /^warmdock: buildx knows no builder but the daemon, passed through to \S+\n$/,
      () => ({ HOME: temporaryFolder() }),
    ],
    [
      'nobody names one',
      /^warmdock: docker build uses the daemon itself unless BUILDX_BUILDER names a builder, passed through to \S+\n$/,
      () => ({ DOCKER_CONFIG: configWithBuilder() }),
    ],
  ])('and WARMDOCK=explain says why: %s', async (_what, reason, env) => {
    const { stderr } = await ask('build .', { ...env(), WARMDOCK: 'explain' });
    expect(stderr).toMatch(reason);
  });
});

describe('where another builder may be meant, node decides', () => {
  test.each(ofBuildx)('buildx looks at the selected one: docker %s', async (line) => {
    const DOCKER_CONFIG = configWithBuilder();
    expect(await ask(line, { DOCKER_CONFIG })).toMatchObject(asked);
    expect(
      await ask(line, { HOME: temporaryFolder(), BUILDX_CONFIG: join(DOCKER_CONFIG, 'buildx') }),
    ).toMatchObject(asked);
  });

  test.each(ofDocker)('a variable names it: docker %s', async (line) => {
    const env = { DOCKER_CONFIG: configWithBuilder(), BUILDX_BUILDER: 'far' };
    expect(await ask(line, env)).toMatchObject(asked);
  });

  test.each([
    'build --builder far .',
    'build . --builder=far',
    'image build --builder far .',
    'builder --builder far build .',
    'builder --builder=far b .',
  ])('a flag names it: docker %s', async (line) => {
    expect(await ask(line, { DOCKER_CONFIG: configWithBuilder() })).toMatchObject(asked);
  });

  test.each(ofDocker)('docker has an alias for its builder: docker %s', async (line) => {
    const config = JSON.stringify({ aliases: { builder: 'buildx' } }, null, '\t');
    expect(await ask(line, { DOCKER_CONFIG: configWithBuilder(config) })).toMatchObject(asked);
  });

  test('docker has a config that cannot be read', async () => {
    const DOCKER_CONFIG = configWithBuilder();
    rmSync(join(DOCKER_CONFIG, 'config.json'));
    mkdirSync(join(DOCKER_CONFIG, 'config.json'));
    expect(await ask('build .', { DOCKER_CONFIG })).toMatchObject(asked);
  });

  test.each(['--config "$CONFIG" ', '--config="$CONFIG" ', '--config x --config "$CONFIG" -D '])(
    'docker gets the place of its config: docker %sbuild .',
    async (flags) => {
      const env = { HOME: temporaryFolder(), CONFIG: configWithBuilder() };
      expect(await ask(`${flags}build --builder far .`, env)).toMatchObject(asked);
      expect(await ask(`${flags}build .`, env)).toMatchObject(notAsked);
      const empty = { ...env, CONFIG: temporaryFolder(), DOCKER_CONFIG: env.CONFIG };
      expect(await ask(`${flags}build --builder far .`, empty)).toMatchObject(notAsked);
    },
  );
});

const pulls = [
  'pull app',
  'pull',
  'image pull app',
  '-D pull -q app',
  '--config x pull app',
  '--tls pull app',
];

describe('a pull is asked about where WARMDOCK=pull says so', () => {
  test.each(pulls)('docker %s', async (line) => {
    const HOME = temporaryFolder();
    expect(await ask(line, { HOME, WARMDOCK: 'pull' })).toMatchObject(asked);
    expect(await ask(line, { HOME })).toMatchObject(notAsked);
    expect(await ask(line, { HOME, WARMDOCK: 'off' })).toMatchObject(notAsked);
  });

  test.each(['image ls pull', 'compose pull', 'run pull', '--unknown pull', 'PULL'])(
    'but not docker %s',
    async (line) => {
      expect(await ask(line, { WARMDOCK: 'pull' })).toMatchObject(notAsked);
    },
  );

  test('and builds are decided as without it', async () => {
    const env = { DOCKER_CONFIG: configWithBuilder(), WARMDOCK: 'pull' };
    expect(await ask('build .', env)).toMatchObject(notAsked);
    expect(await ask('build .', { ...env, BUILDX_BUILDER: 'far' })).toMatchObject(asked);
  });
});

describe('nothing else starts node', () => {
  test.each(others)('docker %s', async (line) => {
    const path = `${noNode()}:${programs({ docker: 'exit 3' })}:${systemPath}`;
    const ended = await runShim(ofShell(line), { program: 'sh', path });
    expect(ended).toMatchObject({ stderr: '', exitCode: 3 });
  });

  test.each(builds.slice(0, 8))('with WARMDOCK=off not docker %s either', async (line) => {
    const path = `${noNode()}:${programs({ docker: 'exit 3' })}:${systemPath}`;
    const ended = await runShim(ofShell(line), { program: 'sh', path, env: { WARMDOCK: 'off' } });
    expect(ended).toMatchObject({ stderr: '', exitCode: 3 });
  });
});

/** A command on each of the ways to docker: at once, and after node was asked. */
describe.each(['ps', 'build'])('docker %s gets', (command) => {
  test('its words as they are', async () => {
    const words = `'' ' ' 'a\nb' '*' '$PATH' "$(printf '\\377\\376')" -x '' `;
    const path = `${programs({ docker: printWords })}:${systemPath}`;
    const ended = await runShim(ofShell(`${command} ${words}`), { program: 'sh', path });
    const bytes = ['', ' ', 'a\nb', '*', '$PATH', '\xff\xfe', '-x', ''];
    expect(wordsOf(ended)).toEqual([command, ...bytes]);
  });

  test('the environment, and nothing besides but how many shims are above it', async () => {
    const path = `${programs({ docker: 'cat /proc/$$/environ' })}:${systemPath}`;
    const env = {
      ...{ PWD: temporaryFolder(), HOME: '/h', EMPTY: '', LINES: 'a\nb' },
      // As many scripts call their variables.
      ...{ self: '1', word: '2', path: '3', real: '4', code: '5' },
      NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem',
      NODE_OPTIONS: '--no-warnings',
    };
    const { stdout, stderr } = await runShim([command], { path, env, cwd: env.PWD });
    const expected = Object.entries({ PATH: path, ...env, WARMDOCK_DEPTH: '1' }).map(
      ([name, text]) => `${name}=${text}`,
    );
    expect(stdout.toString().split('\0').slice(0, -1).sort()).toEqual(expected.sort());
    expect(stderr).toBe('');
  });

  test('its standard input, all of it', async () => {
    const input = Buffer.alloc(300_000, 'line\n\0\xff', 'latin1');
    const path = `${programs({ docker: 'cat' })}:${systemPath}`;
    const { stdout } = await runShim([command], { path, input });
    expect(stdout.equals(input)).toBe(true);
  });

  test('no standard input where there is none', async () => {
    const path = `${programs({ docker: 'cat; echo "$?"' })}:${systemPath}`;
    const { stdout } = await runShim(ofShell(`${command} <&-`), { program: 'sh', path });
    expect(stdout.toString()).not.toBe('0\n');
  });

  test('what other files its caller has opened', async () => {
    const path = `${programs({ docker: 'cat <&9; cat <&8; cat <&3' })}:${systemPath}`;
    const file = (text: string) => join(programs({ file: text }), 'file');
    const files = `9<${file('nine')} 8<${file('eight')} 3<${file('three')}`;
    const { stdout } = await runShim(ofShell(`${command} ${files}`), { program: 'sh', path });
    expect(stdout.toString()).toBe('#!/bin/sh\nnine\n#!/bin/sh\neight\n#!/bin/sh\nthree\n');
  });

  test.each([0, 1, 125, 127, 130, 255])('the last word on the exit code: %i', async (exitCode) => {
    const path = `${programs({ docker: `exit ${exitCode}` })}:${systemPath}`;
    expect(await runShim([command], { path })).toMatchObject({ exitCode, signal: null });
  });

  test.each(['TERM', 'KILL', 'INT'])('SIG%s for itself', async (signal) => {
    const path = `${programs({ docker: `kill -${signal} $$` })}:${systemPath}`;
    expect(await runShim([command], { path })).toMatchObject({
      exitCode: null,
      signal: `SIG${signal}`,
    });
  });

  test("the shim's place: its process, so that its signals and its terminal are docker's", async () => {
    const docker = `trap 'echo hangup; exit 4' HUP; echo "$$ $PPID"; while :; do sleep 0.02; done`;
    const run = startShim([command], { path: `${programs({ docker })}:${systemPath}` });
    await printed(run, `${run.child.pid} ${process.pid}\n`);
    run.child.kill('SIGHUP');
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(4);
    expect(stdout.toString()).toMatch(/hangup\n$/);
  });

  test('the terminal, whose Ctrl-C comes once', async () => {
    const docker = `
      trap 'echo "interrupted"' INT
      [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size
      echo ready
      for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done
      exit 5`;
    const path = `${programs({ docker })}:${systemPath}`;
    // The shell in between gets the signal, too.
    const session = `trap : INT; stty rows 33 cols 77; ${shim} ${command}; echo "ended with $?"`;
    const terminal = { program: 'script', path, keepsInput: true };
    const run = startShim(['-qc', session, '/dev/null'], terminal);
    await printed(run, 'ready');
    run.child.stdin.write('\x03');
    const text = (await run.ended).stdout.toString();
    expect(text).toContain('33 77');
    expect(text.match(/interrupted/g)).toHaveLength(1);
    expect(text).toContain('ended with 5');
  });
});

describe('the real docker', () => {
  const where = (folder: string) => ({ docker: `echo ${folder}` });

  test('is the first behind the shim in PATH', async () => {
    const links = temporaryFolder();
    symlinkSync(shim, join(links, 'docker'));
    const noProgram = temporaryFolder();
    writeFileSync(join(noProgram, 'docker'), '', { mode: 0o644 });
    const [first, second] = [programs(where('first')), programs(where('second'))];
    const path = [links, noProgram, '/nonexistent', first, links, second, '/usr/bin:/bin'].join(
      ':',
    );
    const { stdout } = await runShim(['ps'], { program: join(links, 'docker'), path });
    expect(stdout.toString()).toBe('first\n');
  });

  test('may come before a shim that is called by its path', async () => {
    const links = temporaryFolder();
    symlinkSync(shim, join(links, 'docker'));
    const path = `${programs(where('before'))}:${links}:/usr/bin:/bin`;
    const { stdout } = await runShim(['ps'], { program: join(links, 'docker'), path });
    expect(stdout.toString()).toBe('before\n');
  });

  test.each<[what: string, element: (folder: string) => string]>([
    ['a folder with spaces and stars', (folder) => `${folder}/a b *`],
    ['a relative folder', () => 'a b *'],
  ])('may be in %s', async (_what, element) => {
    const folder = temporaryFolder();
    await runShim(['-c', `mkdir "$0/a b *"; cp "$1" "$0/a b */docker"`, folder, dockerOf('here')], {
      program: 'sh',
    });
    const path = `${element(folder)}:${systemPath}`;
    const { stdout } = await runShim(['ps'], { path, cwd: folder });
    expect(stdout.toString()).toBe('here\n');
  });

  const dockerOf = (text: string) => join(programs(where(text)), 'docker');

  test.each(['before::/usr/bin', ':before', 'before:'])(
    'may be in the current folder, an empty element of PATH: %s',
    async (path) => {
      const cwd = programs(where('here'));
      const { stdout } = await runShim(['ps'], {
        path: path.replace('before', '/nonexistent'),
        cwd,
      });
      expect(stdout.toString()).toBe('here\n');
    },
  );

  test('is named by WARMDOCK_DOCKER', async () => {
    const path = `${programs(where('path'))}:${systemPath}`;
    const env = { WARMDOCK_DOCKER: dockerOf('named') };
    expect((await runShim(['ps'], { path, env })).stdout.toString()).toBe('named\n');
    expect((await runShim(['build'], { path, env })).stdout.toString()).toBe('named\n');
  });

  test.each<[what: string, name: () => string, message: RegExp]>([
    ['the shim', () => shim, /WARMDOCK_DOCKER names warmdock's shim/],
    ['a link to the shim', () => linkTo(shim), /WARMDOCK_DOCKER names warmdock's shim/],
    ['a copy of the shim', () => copyOfShim(), /WARMDOCK_DOCKER names warmdock's shim/],
    ['nothing', () => '/nonexistent/docker', /WARMDOCK_DOCKER names no program/],
    ['a folder', () => '/tmp', /WARMDOCK_DOCKER names no program/],
  ])('is not %s', async (_what, name, message) => {
    const env = { WARMDOCK_DOCKER: name() };
    for (const command of ['ps', 'build']) {
      const ended = await runShim([command], { env });
      expect(ended).toMatchObject({ exitCode: 127, stderr: expect.stringMatching(message) });
    }
  });

  test('is found behind several shims', async () => {
    const shims = [copyOfShim(), linkTo(shim), copyOfShim(), copyOfShim()];
    const folders = shims.map((path) => join(path, '..'));
    const path = [...folders, programs(where('real')), systemPath].join(':');
    for (const program of [shim, ...shims]) {
      for (const command of ['ps', 'build']) {
        const { stdout, stderr } = await runShim([command], { program, path });
        expect({ stdout: stdout.toString(), stderr }).toEqual({ stdout: 'real\n', stderr: '' });
      }
    }
  });

  test.each(['ps', 'build'])('may be missing, and docker %s says so', async (command) => {
    const folders = [copyOfShim(), linkTo(shim), copyOfShim()].map((path) => join(path, '..'));
    for (const path of [folders.join(':'), '', '/nonexistent']) {
      const ended = await runShim([command], { path });
      expect(ended).toMatchObject({
        exitCode: 127,
        stderr: expect.stringMatching(/^docker: not found/m),
      });
    }
  });

  const linkTo = (target: string) => {
    const path = join(temporaryFolder(), 'docker');
    symlinkSync(target, path);
    return path;
  };

  /** As `warmdock shim install` makes it. */
  const copyOfShim = () => {
    const copy = readFileSync(shim, 'utf8').replace('#!/bin/sh\n', '');
    const placed = copy.replace(/^warmdock_bin=$/m, `warmdock_bin='${dirname(shim)}'`);
    return join(programs({ docker: placed }), 'docker');
  };
});

test('WARMDOCK=explain says what is no build', async () => {
  const folder = programs({ docker: 'exit 0' });
  const env = { WARMDOCK: 'explain' };
  const { stderr } = await runShim(['ps'], { path: folder, env });
  expect(stderr).toBe(`warmdock: no build, passed through to ${folder}/docker\n`);
});

describe.each(Object.entries(shells))('while warmdock builds, with %s as sh', (_name, sh) => {
  const start = (words: readonly string[], options: ShimOptions) =>
    startShim([shim, ...words], { ...options, program: sh() });
  const run = (words: readonly string[], options: ShimOptions) => start(words, options).ended;

  /** A node that waits for signals as warmdock does, and a docker that must not be started. */
  const building = (script: string) =>
    `${programs({ node: `${beginBuild}\n${script}`, docker: 'echo docker was started; exit 99' })}:${systemPath}`;
  const waiting = 'echo ready; while :; do sleep 0.02; done';

  test.each([0, 1, 100, 125, 130])('its exit code is the answer: %i', async (exitCode) => {
    const ended = await run(['build'], { path: building(`exit ${exitCode}`) });
    expect(ended).toMatchObject({ exitCode, signal: null });
    expect(ended.stdout.toString()).toBe('');
  });

  test.each(['KILL', 'TERM', 'SEGV'])('its end by SIG%s is passed on', async (signal) => {
    const ended = await run(['build'], { path: building(`kill -${signal} $$`) });
    expect(ended).toMatchObject({ exitCode: null, signal: `SIG${signal}` });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s reaches it, and it ends in order',
    async (signal) => {
      const short = signal.slice(3);
      const script = `trap 'echo got ${short}; sleep 0.1; exit 130' ${short}; ${waiting}`;
      // A shell cannot catch a signal that was ignored when it started, which node can.
      const running = start(['build'], {
        path: building(`exec env --default-signal=INT sh -c "${script}"`),
      });
      await printed(running, 'ready');
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ exitCode: 130, signal: null });
      expect(ended.stdout.toString()).toBe(`ready\ngot ${short}\n`);
    },
  );

  test('a signal that comes before docker is started ends both', async () => {
    const script = `trap 'exit 86' TERM; ${waiting}`;
    const running = start(['build'], { path: building(script) });
    await printed(running, 'ready');
    running.child.kill('SIGTERM');
    const ended = await running.ended;
    expect(ended).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    expect(ended.stdout.toString()).toBe('ready\n');
  });

  test('it reads the standard input', async () => {
    const { stdout } = await run(['build', '-'], { path: building('cat'), input: 'FROM x' });
    expect(stdout.toString()).toBe('FROM x');
  });

  test('it gets the words, and where docker is', async () => {
    const path = building('shift; for word do printf "%s\\n" "$word"; done');
    const { stdout } = await run(['build', 'a b', '', '.'], { path });
    expect(stdout.toString()).toMatch(/^--as-docker\n\/.+\/docker\nbuild\na b\n\n\.\n$/);
  });

  test('it does not load NODE_EXTRA_CA_CERTS at its start', async () => {
    const path = building('echo "($NODE_EXTRA_CA_CERTS) $WARMDOCK_EXTRA_CA_CERTS"');
    const { stdout } = await run(['build'], { path, env: { NODE_EXTRA_CA_CERTS: '/ca' } });
    expect(stdout.toString()).toBe('() /ca\n');
  });
});
