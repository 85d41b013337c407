import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageIdOf, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, occupy, projectOf, temporaryFolder } from './support/project.js';
import { packages, runWarmdock } from './support/warmdock.js';

const { host } = useTestbed().classic;

describe.each(useTestbed().buildkits)('on the $name BuildKit', ({ address }) => {
  const build = (args: readonly string[], context: string) =>
    runWarmdock(['build', '--builder', address, ...args, context], { host });

  test('a failing step shows its output, the lines of the Dockerfile, and the tag stays', async () => {
    const context = projectOf({
      Dockerfile: `${withShell}\nRUN --network=none echo about to fail; exit 3\n`,
    });
    const tag = newTag(host);
    const before = await occupy(host, tag);
    const { exitCode, stdout, stderr } = await build(['-t', tag], context);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/#\d+ \d\.\d+ about to fail\n#\d+ ERROR: process .* exit code: 3\n/);
    expect(stderr).toMatch(
      /\n------\n > \[2\/2\] RUN --network=none echo about to fail; exit 3:\n\d\.\d+ about to fail\n------\n/,
    );
    expect(stderr).toMatch(
      /\nDockerfile:5\n-{20}\n[\s\S]*\n {3}5 \| >>> RUN --network=none echo about to fail; exit 3\n[\s\S]*-{20}\n/,
    );
    expect(stderr).toMatch(/\nERROR: failed to build: failed to solve: process .* exit code: 3\n$/);
    expect(await imageIdOf(host, tag)).toBe(before);
  });

  test.each(['-q', '--progress=rawjson'])(
    'with %s the output of the failing step is shown at the end',
    async (flag) => {
      const context = projectOf({
        Dockerfile: `${withShell}\nRUN --network=none echo about to fail; exit 3\n`,
      });
      const { exitCode, stdout, stderr } = await build([flag], context);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(
        /------\n > \[2\/2\] RUN --network=none echo about to fail; exit 3:\nabout to fail\n------\nDockerfile:5\n/,
      );
    },
  );

  test.each([
    [
      'an unknown stage',
      'FROM scratch\nCOPY top /\n',
      ['--target', 'nope'],
      /target stage "nope" could not be found/,
    ],
    [
      'a Dockerfile that cannot be read',
      'FRUM scratch\n',
      [],
      /Dockerfile:1[\s\S]*unknown instruction: FRUM/,
    ],
    ['an empty Dockerfile', '\n', [], /the Dockerfile cannot be empty|file with no instructions/],
    [
      'a file that is not there',
      'FROM scratch\nCOPY absent /\n',
      [],
      /Dockerfile:2[\s\S]*"\/absent": not found/,
    ],
  ])('%s is a failed build', async (_, dockerfile, args, message) => {
    const { exitCode, stderr } = await build(args, projectOf({ Dockerfile: dockerfile, top: '' }));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nERROR: failed to build: failed to solve: .*\n$/);
    expect(exitCode).toBe(1);
  });

  test('of the result files of an earlier build the metadata outlives a failure, as with buildx', async () => {
    const dir = temporaryFolder();
    const files = [join(dir, 'iid'), join(dir, 'metadata.json')];
    for (const file of files) writeFileSync(file, 'old');
    const args = ['--iidfile', files[0] ?? '', '--metadata-file', files[1] ?? ''];
    await build(args, projectOf({ Dockerfile: 'FRUM scratch\n' }));
    expect(files.map((file) => existsSync(file))).toEqual([false, true]);
  });
});

describe('what is wrong before a build is said at once', () => {
  const { address } = useTestbed().builder;

  test.each([
    ['no such builder', ['--builder', 'nope'], /^ERROR: no builder "nope" found\nHINT: /],
    [
      'nobody at the port',
      ['--builder', 'tcp://127.0.0.1:1'],
      /^ERROR: .*tcp:\/\/127\.0\.0\.1:1.*ECONNREFUSED.*\nHINT: /,
    ],
    [
      'nobody at the socket',
      ['--builder', 'unix:///nonexistent/buildkitd.sock'],
      /^ERROR: .*\/nonexistent\/buildkitd\.sock.*\nHINT: /,
    ],
    [
      'no Dockerfile of that name',
      ['--builder', address, '-f', '/nonexistent/Dockerfile'],
      /^ERROR: .*\/nonexistent.*\nHINT: /,
    ],
    [
      'no such secret file',
      ['--builder', address, '--secret', 'id=x,src=/nonexistent'],
      /^ERROR: .*\/nonexistent.*\nHINT: /,
    ],
    ['a bad tag', ['--builder', address, '-t', 'A B'], /^ERROR: .*A B/],
    [
      'an image ID file that cannot be',
      ['--builder', address, '--iidfile', '/nonexistent/iid'],
      /^ERROR: cannot write the image ID file \/nonexistent\/iid: ENOENT\nHINT: /,
    ],
  ])('%s', async (_, args, message) => {
    const { exitCode, stdout, stderr, durationMs } = await runWarmdock(
      ['build', ...args, layeredProject()],
      { host },
    );
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(durationMs).toBeLessThan(5_000);
  });

  test('no context', async () => {
    const { exitCode, stderr } = await runWarmdock(
      ['build', '--builder', address, '/nonexistent'],
      { host },
    );
    expect(stderr).toMatch(/^ERROR: .*\/nonexistent.*\nHINT: /);
    expect(exitCode).toBe(1);
  });

  test('no daemon to load into', async () => {
    const options = { host: 'unix:///nonexistent/docker.sock' };
    const { exitCode, stderr } = await runWarmdock(
      ['build', '--builder', address, layeredProject()],
      options,
    );
    expect(stderr).toMatch(/ERROR: .*\/nonexistent\/docker\.sock.*\nHINT: /);
    expect(exitCode).toBe(1);
  });

  test.each([
    [['build', '--foo', '.'], 125, /^unknown flag: --foo\n\nUsage: /],
    [['build'], 1, /^ERROR: warmdock: 'warmdock build' requires 1 argument\n/],
    [['foo'], 1, /^ERROR: unknown command: "foo"\n/],
  ])('the command line %j', async (args, exitCode, message) => {
    const ended = await runWarmdock(args);
    expect(ended).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
  });
});

test('an error that nobody caught is reported as the bug that it is', async () => {
  const dir = temporaryFolder();
  const script = join(dir, 'throw.cjs');
  writeFileSync(script, `setTimeout(() => { throw new TypeError('out of the blue'); }, 500);\n`);
  const context = projectOf({ Dockerfile: `${withShell}\nRUN --network=none busybox sleep 60\n` });
  const main = join(packages, 'cli/dist/warmdock.cjs');
  const args = ['build', '-q', '--builder', useTestbed().builder.address, context];
  const { exitCode, stdout, stderr } = await runWarmdock(['--require', script, main, ...args], {
    host,
    program: process.execPath,
  });
  expect(stderr).toMatch(
    /^TypeError: out of the blue\n {4}at [\s\S]*\nERROR: this is a bug in warmdock \d.*\nHINT: .*\n$/,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
});
