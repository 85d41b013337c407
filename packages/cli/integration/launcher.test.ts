import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { layeredProject, newTag, temporaryFolder } from './support/project.js';
import { launcher, runWarmdock } from './support/warmdock.js';

test('it runs through links, as npm installs it', async () => {
  const dir = temporaryFolder();
  symlinkSync(launcher, join(dir, 'direct'));
  symlinkSync('direct', join(dir, 'twice'));
  for (const name of ['direct', 'twice']) {
    const ended = await runWarmdock(['version'], { program: join(dir, name) });
    expect(ended).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^warmdock \d/),
      stderr: '',
    });
  }
});

test('arguments arrive as they are', async () => {
  const { stderr } = await runWarmdock(['build', '--unknown flag; with $PATH and "quotes"']);
  expect(stderr).toMatch(/^unknown flag: --unknown flag; with \$PATH and "quotes"\n/);
});

test('it says what is missing when there is no node', async () => {
  const { exitCode, stderr } = await runWarmdock(['version'], { env: { PATH: '/nonexistent' } });
  expect(stderr).toMatch(/node: not found/);
  expect(exitCode).toBe(127);
});

test('Node does not load NODE_EXTRA_CA_CERTS at its start', async () => {
  // Node warns of a file that it cannot load.
  const env = { NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem' };
  expect(
    execFileSync(process.execPath, ['-e', ''], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString(),
  ).toBe('');
  expect(await runWarmdock(['version'], { env })).toMatchObject({ exitCode: 0, stderr: '' });
});

test('what the build starts finds the variables of Node again, which the program does not obey', async () => {
  // A registry that wants to know who asks makes the build start a credential helper.
  const registry = createServer((_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end();
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const dir = temporaryFolder();
  const seen = join(dir, 'seen');
  const helper = join(dir, 'docker-credential-spy');
  writeFileSync(
    helper,
    `#!/bin/sh\nprintf '%s %s (%s)' "$NODE_EXTRA_CA_CERTS" "$NODE_OPTIONS" "$WARMDOCK_USER_NODE_OPTIONS" > ${seen}\nexit 1\n`,
  );
  chmodSync(helper, 0o755);
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ credsStore: 'spy' }));
  writeFileSync(join(dir, 'Dockerfile'), `FROM 127.0.0.1:${port}/private\n`);
  const { builder, classic } = useTestbed();
  const { exitCode } = await runWarmdock(['build', '--builder', builder.address, dir], {
    host: classic.host,
    env: {
      PATH: `${dir}:${process.env.PATH}`,
      DOCKER_CONFIG: dir,
      NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem',
      NODE_OPTIONS: '--require /gone.js',
    },
  });
  expect(exitCode).not.toBe(0);
  expect(readFileSync(seen, 'utf8')).toBe('/nonexistent/ca.pem --require /gone.js ()');
});

test('a reader that goes away does not stop the build', async () => {
  const { builder, classic } = useTestbed();
  const tag = newTag(classic.host);
  const command = `"$0" build --builder "$1" -t "$2" "$3" 2>&1 | head -n 1; exit "\${PIPESTATUS[0]}"`;
  const args = ['-c', command, launcher, builder.address, tag, layeredProject()];
  const { exitCode, stdout } = await runWarmdock(args, { program: 'bash', host: classic.host });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `#0 building with "${builder.address}" instance using remote driver\n`,
  });
});

test('all of a long output arrives through a slow pipe', async () => {
  const command = `"$0" build --help | { sleep 0.3; cat; }`;
  const { stdout } = await runWarmdock(['-c', command, launcher], { program: 'bash' });
  expect(stdout).toMatch(/^Usage:[\s\S]*--via string .*\n$/);
});
