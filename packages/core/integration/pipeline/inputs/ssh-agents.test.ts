import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, temporaryFolder } from '../../support/context.js';
import { run } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

/** A context with ssh's own programs and the libraries that they need. */
function sshContext(step: string): string {
  const folder = contextOf({
    busybox,
    Dockerfile: [
      withShell,
      'COPY root /',
      'RUN --network=none echo "root:x:0:0:root:/:/bin/sh" > /etc/passwd',
      step,
    ].join('\n'),
    'root/etc/keep': '',
  });
  for (const program of ['/usr/bin/ssh-add', '/usr/bin/ssh-keygen']) {
    const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const path of [program, ...(listed.match(/\/\S+/g) ?? [])]) {
      const target = join(folder, 'root', path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(path, target);
    }
  }
  return folder;
}

function makeKeys(...types: string[]): string[] {
  const folder = temporaryFolder();
  return types.map((type) => {
    const path = join(folder, type);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path]);
    return path;
  });
}

const publicKey = (path: string) =>
  execFileSync('cut', ['-d', ' ', '-f', '1,2', `${path}.pub`], { encoding: 'utf8' }).trim();

/** Signs by the agent, with OpenSSH's own client, and checks the signature by OpenSSH too. */
const signing = (type: string) =>
  [
    `echo data > /data && ssh-add -L > /keys`,
    `grep ${type} /keys > /key.pub`,
    'ssh-keygen -Y sign -f /key.pub -n file /data',
    'ssh-keygen -Y check-novalidate -n file -s /data.sig < /data > /checked',
  ].join(' && ');

describe.each(everyBuilder())('an ssh mount of %s', (_name, setting) => {
  const mount = (command: string, options = '') =>
    `RUN --network=none --mount=type=ssh${options} PATH=/usr/bin:/bin && busybox --install -s /bin && ${command} # ${randomUUID()}`;

  it.each(['ed25519', 'rsa', 'ecdsa'])('signs with a key file of type %s', async (type) => {
    const [key = ''] = makeKeys(type);
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({
      context: sshContext(mount(signing(type))),
      ssh: [{ id: 'default', paths: [key] }],
    });
    expect(await run(host, load.imageId, 'busybox', 'cat', '/checked')).toContain('Good "file"');
    expect((await run(host, load.imageId, 'busybox', 'cat', '/keys')).trim()).toBe(publicKey(key));
  });

  it('uses the agent at SSH_AUTH_SOCK, but cannot change it', async () => {
    const [key = ''] = makeKeys('ed25519');
    const socket = join(temporaryFolder(), 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onTestFinished(() => void agent.kill());
    await expect.poll(() => existsSync(socket)).toBe(true);
    const agentEnv = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket };
    execFileSync('ssh-add', ['-q', key], { env: agentEnv, stdio: 'ignore' });
    const { build, host } = openBuildHarness(setting);
    const { load } = await build(
      {
        context: sshContext(mount(`${signing('ed25519')} && ! ssh-add -D`, ',id=mine')),
        ssh: [{ id: 'mine', paths: [] }],
      },
      { env: { ...cleanEnv(), SSH_AUTH_SOCK: socket } },
    );
    expect(await run(host, load.imageId, 'busybox', 'cat', '/checked')).toContain('Good "file"');
    expect(execFileSync('ssh-add', ['-L'], { env: agentEnv, encoding: 'utf8' })).toContain(
      'ed25519',
    );
  });

  it('that is required and that nobody gives fails its step', async () => {
    const { build } = openBuildHarness(setting);
    const context = contextOf({
      busybox,
      Dockerfile: `${withShell}\nRUN --network=none --mount=type=ssh,required=true true`,
    });
    await expect(build({ context })).rejects.toMatchObject({ code: 'BUILD_FAILED' });
    const other = [{ id: 'other', paths: makeKeys('ed25519') }];
    await expect(build({ context, ssh: other })).rejects.toThrow(/ssh agent default/);
  });

  it('is refused where there is no agent', async () => {
    const { build } = openBuildHarness(setting);
    const context = contextOf({ Dockerfile: 'FROM scratch' });
    await expect(build({ context, ssh: [{ id: 'default', paths: [] }] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('SSH_AUTH_SOCK'),
    });
  });
});
