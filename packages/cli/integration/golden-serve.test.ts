import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GoldenSite, makeGoldenSite } from './support/golden.js';

const secret = 'a secret of the webhook';

let site: GoldenSite;
beforeAll(async () => {
  site = await makeGoldenSite();
});
afterAll(() => site[Symbol.dispose]());

/** A configuration with one project, which `shell` prepares. */
function configFor(shell: string, project: object = {}): string {
  const path = join(site.folder, 'golden.json');
  writeFileSync(join(site.folder, 'secret'), `${secret}\n`);
  const [, ...words] = site.buildArgs('app', shell);
  const end = words.indexOf('--');
  const dockerd = words.slice(0, end).flatMap((word) => /^--dockerd=(.+)/.exec(word)?.[1] ?? []);
  const config = {
    listen: { port: 0 },
    debounce: '100ms',
    status: 'public',
    projects: {
      app: {
        command: words.slice(end + 1),
        dockerd,
        webhook: { provider: 'github', branch: 'main', secretFile: 'secret' },
        ...project,
      },
    },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function start(config: string, ...flags: string[]) {
  const running = site.start('serve', '--config', config, ...flags);
  const address = await running.found(/listening.+?(http:[\d./:]+)/);
  return { running, address };
}

/** As GitHub reports a push; the commit makes it another one. */
function push(address: string, after: string, { ref = 'refs/heads/main', key = secret } = {}) {
  const body = JSON.stringify({ ref, after });
  return fetch(`${address}/hooks/app`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': after,
      'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
    },
  });
}

test('a merge makes a golden, once, and a signal ends the server with 0', async () => {
  const { running, address } = await start(configFor('load app:v1; echo "$WARMDOCK_GOLDEN_BUILD"'));
  expect((await push(address, 'a', { key: 'another secret of it' })).status).toBe(401);
  expect((await push(address, 'a', { ref: 'refs/heads/other' })).status).toBe(200);
  expect((await push(address, 'a')).status).toBe(202);
  expect(await (await push(address, 'a')).json()).toEqual({ result: 'already' });
  await running.seen(/^app: generation 1 is the golden, \S+ \S+, /m);
  expect(await (await fetch(`${address}/status/app`)).json()).toMatchObject({
    status: 'ready',
    promotion: 'done',
    generation: 1,
  });
  running.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await running.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  expect(stderr).toMatch(/^answered 401 to a request about app$/m);
  expect(stderr).toMatch(/^app: running the start-up script \(log: .+\)$/m);
  expect(stderr).toMatch(/\nstopped\n$/);
  // Its steps are not reported besides.
  expect(stderr).not.toMatch(/^(?!listening|answered|app: |stopped)./m);
  expect(stderr).not.toContain(secret);
  expect((await site.json('inspect', 'app')).generations).toHaveLength(1);
});

test('a build that the end of the server interrupts is begun again by the next one', async () => {
  const before = (await site.json('inspect', 'app')).current;
  const mark = join(site.folder, 'go');
  const config = configFor(`until [ -e ${mark} ]; do sleep 0.1; done; load app:v2`);
  const first = await start(config);
  // Also across restarts, what was accepted once is not accepted again.
  expect((await push(first.address, 'a')).status).toBe(200);
  expect((await push(first.address, 'b')).status).toBe(202);
  await first.running.seen(/^app: running/m);
  first.running.kill('SIGTERM');
  expect(await first.running.ended).toMatchObject({ exitCode: 0 });
  expect(await site.json('inspect', 'app')).toMatchObject({ current: before, sessions: [] });

  writeFileSync(mark, '');
  const second = await start(config, '--json');
  await second.running.found(/"event":"build".+"promotion":"done","generation":(\d+)/);
  second.running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await second.running.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toEqual({ event: 'listening', url: second.address });
  expect(events.at(-1)).toEqual({ event: 'stopped' });
  expect((await site.json('inspect', 'app')).current).toBe(before + 1);
});

test('a script that fails is reported, and the server goes on', async () => {
  const { running, address } = await start(configFor('exit 3'));
  expect((await push(address, 'c')).status).toBe(202);
  await running.seen(/^app: start-up script ended with code 3/m);
  expect((await fetch(`${address}/status`)).status).toBe(200);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ exitCode: 0 });
});

test('secrets of a script appear nowhere, however short and whatever their names', async () => {
  writeFileSync(join(site.folder, 'pin'), '#~\n');
  const shell = 'printf "pin #"; sleep 0.1; echo "~"; exit 4';
  const env = { PIN: { secretFile: 'pin' } };
  const { running, address } = await start(configFor(shell, { env }), '--json');
  expect((await push(address, 'd')).status).toBe(202);
  await running.found(/"event":"(failure)".+ended with code 4; its last lines:\\npin \*\*\*/);
  const status = await (await fetch(`${address}/status/app`)).text();
  running.kill('SIGTERM');
  const { stdout, stderr } = await running.ended;
  const { build } = await site.json('inspect', 'app');
  expect(readFileSync(build.logPath, 'utf8')).toBe('pin ***\n');
  expect(stdout + stderr + status + JSON.stringify(build)).not.toContain('#~');
});

test.each([
  [{ webhook: { provider: 'github', branch: 'main', secretFile: 'missing' } }, /^ERROR: secret of/],
  [
    { webhook: { provider: 'github', branch: 'main', secret } },
    /^ERROR: configuration .+webhook: /,
  ],
])('%j is refused before anything is built', async (project, expected) => {
  const { exitCode, stderr } = await site.run('serve', '--config', configFor('exit 3', project));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toContain(secret);
});
