import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, printedBy, runDocker, startEngine } from '@warmdock/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GoldenSite, makeGoldenSite } from './support/golden.js';

let site: GoldenSite;
beforeAll(async () => {
  site = await makeGoldenSite();
});
afterAll(() => site[Symbol.dispose]());

/** Each test has a project of its own in the one store. */
let projects = 0;
function newProject(): string {
  projects++;
  return `app-${projects}`;
}

/** Beside these lines there are those of steps that take long. */
const phases = /^(?:cloning|starting|running|removing|promoting)\b/gm;

async function build(project: string, shell: string, ...flags: string[]) {
  const ended = await site.run(...site.buildArgs(project, shell, ...flags));
  expect(ended).toMatchObject({ exitCode: 0 });
  return ended;
}

const sessionsOf = async (project: string): Promise<string[]> =>
  (await site.json('inspect', project)).sessions.map(({ session }: { session: string }) => session);

test('a session boots from a golden with every image, and is released', async () => {
  const project = newProject();
  const { stdout, stderr } = await build(
    project,
    'load app:v1; docker run --detach --network none --restart always app:v1 sleep 600; echo "[$KEY $HOME]"; echo "$PIN"',
    '--image-store=classic',
    '--env=KEY=value',
    '--env=HOME',
    '--secret-env=PIN=WARMDOCK_GOLDEN_STORE',
  );
  expect(stdout).toMatch(new RegExp(`^golden +generation 1 of ${project}$`, 'm'));
  expect(stdout).toMatch(/^image +app:v1$/m);
  const log = /^log +(\S+)$/m.exec(stdout)?.[1] ?? '';
  expect(readFileSync(log, 'utf8')).toMatch(/\[value \/\S+\]\n\*\*\*\n/);
  expect(stderr.match(phases)).toEqual(['cloning', 'starting', 'running', 'removing', 'promoting']);

  const clone = await site.json('clone', project, 'session-1');
  expect(clone).toMatchObject({ generation: 1, imageStore: 'classic' });
  const { dataRoot, mounts } = clone;
  const engine = await startEngine({ store: 'classic', dataRoot, mounts });
  try {
    const docker = (...args: string[]) => outputOf(runDocker(args, { host: engine.host }));
    expect(await docker('ps', '--all', '--quiet')).toBe('');
    expect(await printedBy(engine.host, 'app:v1', ['echo', 'hello'])).toBe('hello\n');
    const refused = await site.run('release', 'session-1');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^ERROR: releasing session session-1: .+ is in use: .+\nHINT: Stop the daemon/,
    );
    await engine.stop();
  } finally {
    await engine[Symbol.asyncDispose]();
  }
  expect(await site.run('release', 'session-1')).toMatchObject({
    exitCode: 0,
    stdout: 'released session-1\n',
    stderr: '',
  });
  expect(readdirSync(join(site.store, 'sessions'))).toEqual([]);
});

test('JSON has the documented keys', async () => {
  const project = newProject();
  const ended = await site.run(...site.buildArgs(project, 'load app:v1', '--json'));
  const built = JSON.parse(ended.stdout);
  expect(Object.keys(built).sort()).toEqual(
    [
      'addedBytes',
      'buildId',
      'generation',
      'images',
      'logPath',
      'project',
      'sizeBytes',
      'timings',
    ].sort(),
  );
  expect(built).toMatchObject({ project, generation: 1, images: ['app:v1', 'base:test'] });

  const clone = await site.json('clone', project, 'json-1');
  expect(Object.keys(clone)).toEqual([
    'project',
    'session',
    'dataRoot',
    'containerdRoot',
    'mounts',
    'env',
    'strategy',
    'reason',
    'generation',
    'imageStore',
    'timings',
  ]);
  const list = await site.json('list', '--usage');
  expect(Object.keys(list)).toEqual([
    'store',
    'strategy',
    'reason',
    'projects',
    'sessions',
    'unreadable',
    'usage',
  ]);
  expect(list.projects).toContainEqual({
    project,
    current: 1,
    generations: [1],
    sessions: ['json-1'],
  });
  expect(list.usage.sessions).toEqual([{ session: 'json-1', uniqueBytes: expect.any(Number) }]);

  const inspection = await site.json('inspect', project);
  expect(Object.keys(inspection)).toEqual([
    'project',
    'current',
    'generations',
    'sessions',
    'unreadable',
    'build',
  ]);
  expect(inspection.build).toMatchObject({ status: 'ready', promotion: 'done', generation: 1 });
  expect(inspection.generations).toEqual([
    {
      generation: 1,
      createdAt: expect.stringMatching(/^\d{4}-/),
      base: null,
      buildId: built.buildId,
      imageStore: expect.any(String),
      images: ['app:v1', 'base:test'],
      layers: expect.any(Number),
      sizeBytes: built.sizeBytes,
      addedBytes: built.addedBytes,
    },
  ]);
  expect(await site.json('verify', project)).toEqual({ ok: true, generations: [1], problems: [] });
  expect(await site.json('release', 'json-1')).toEqual({ released: ['json-1'] });
  expect(await site.json('recover')).toEqual({ actions: [] });
  expect(await site.json('gc', '--dry-run')).toMatchObject({ dryRun: true, pooled: 0 });
});

test('gc removes what it says it would, and nothing that is in use', async () => {
  const project = newProject();
  for (const tag of ['app:v1', 'app:v2', 'app:v3']) await build(project, `load ${tag}`);
  await site.json('clone', project, 'gc-1', '--generation', '1');
  const planned = await site.json('gc', '--keep=0', '--dry-run');
  expect(planned.generations).toContainEqual({ project, generation: 2 });
  expect(planned.generations).not.toContainEqual({ project, generation: 1 });
  expect((await site.json('inspect', project)).generations).toHaveLength(3);

  const { stdout, exitCode } = await site.run('gc', '--keep=0');
  expect({ stdout, exitCode }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain(`removed generation 2 of ${project}\n`);
  expect(stdout).toMatch(/^freed \S+ \S+$/m);
  const left = (await site.json('inspect', project)).generations;
  expect(left.map(({ generation }: { generation: number }) => generation)).toEqual([1, 3]);
  await site.json('release', 'gc-1');
});

test('a project is removed when nobody uses it, with all that is kept of its builds', async () => {
  const project = newProject();
  await build(project, 'load app:v1', '--image-store=classic');
  const refused = async (message: RegExp) => {
    const { exitCode, stderr } = await site.run('remove', project);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  };
  await site.json('clone', project, 'remove-1');
  await refused(
    /^ERROR: removing project .+ by session remove-1\nHINT: .+golden release remove-1`/,
  );
  await site.json('release', 'remove-1');
  const building = site.start(...site.buildArgs(project, 'exec sleep 600'));
  await building.seen(/^running/m);
  await refused(/^ERROR: removing project .+: a golden build of it runs\nHINT: .+golden cancel/);
  building.kill('SIGINT');
  await building.ended;

  const removal = await site.json('remove', project);
  expect(removal).toEqual({
    project,
    generations: [1],
    pooled: expect.any(Number),
    freedBytes: expect.any(Number),
  });
  expect(removal.pooled).toBeGreaterThan(0);
  expect(removal.freedBytes).toBeGreaterThan(1_000_000);
  expect(readdirSync(join(site.store, 'projects'))).not.toContain(project);
  expect(readdirSync(join(site.store, 'trash'))).toEqual([]);

  await site.json('clone', project, 'remove-2', '--allow-empty');
  await site.json('release', 'remove-2');
  expect(await site.run('remove', project)).toMatchObject({
    exitCode: 0,
    stdout: `removed ${project}, which had no golden\nfreed 0 B\n`,
  });
});

test('damage is found, and ends with 1', async () => {
  const project = newProject();
  await build(project, 'load app:v1', '--image-store=classic');
  const own = readdirSync(join(site.store, 'layers')).find((name) =>
    name.startsWith(`${project}-`),
  );
  const pool = join(site.store, 'layers', own ?? '');
  const [layer = ''] = readdirSync(pool).filter((name) => !name.startsWith('.'));
  writeFileSync(join(pool, layer, 'planted'), '');
  expect(await site.run('verify', project)).toMatchObject({ exitCode: 0 });
  const { stdout, exitCode } = await site.run('verify', project, '--deep');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^generation 1 {3}problem {3}layers\/.+: was changed since/);
  expect(await site.run('verify', project, '--deep', '--json')).toMatchObject({ exitCode: 1 });
});

test('a script that fails leaves the golden as it was, and says where its output is', async () => {
  const project = newProject();
  await build(project, 'load app:v1');
  const failed = await site.run(
    ...site.buildArgs(project, 'docker rmi app:v1; echo out of luck; exit 7'),
  );
  expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
  expect(failed.stderr).toMatch(
    /^ERROR: start-up script ended with code 7[\s\S]+out of luck\nHINT: .+\.log/m,
  );
  const inspection = await site.json('inspect', project);
  expect(inspection).toMatchObject({ current: 1, sessions: [] });
  expect(inspection.build).toMatchObject({ status: 'failed', lastError: { exitCode: 7 } });
  const { stdout } = await site.run('inspect', project);
  expect(stdout).toMatch(/^last build +failed: start-up script ended with code 7/m);
});

test('Ctrl-C ends a build with 130, and nothing of it stays', async () => {
  const project = newProject();
  const running = site.start(...site.buildArgs(project, 'exec sleep 600'));
  await running.seen(/^running/m);
  running.kill('SIGINT');
  const { exitCode, stderr, durationMs } = await running.ended;
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 130 });
  expect(stderr).toMatch(/^ERROR: golden build of .+ was cancelled$/m);
  expect(durationMs).toBeLessThan(10_000);
  expect(await sessionsOf(project)).toEqual([]);
});

test('another process cancels a build', async () => {
  const project = newProject();
  const running = site.start(...site.buildArgs(project, 'exec sleep 600'));
  await running.seen(/^running/m);
  expect(await site.run('cancel', project)).toMatchObject({
    exitCode: 0,
    stdout: `cancelled the golden build of ${project}\n`,
  });
  expect((await running.ended).stderr).toMatch(/^ERROR: golden build of .+ was cancelled$/m);
  expect(await sessionsOf(project)).toEqual([]);
  expect(await site.json('cancel', project)).toEqual({ project, cancelled: false });
});

test('a golden of an external containerd keeps it in the next build', async () => {
  const project = newProject();
  await build(project, 'load app:v1', '--containerd=external', '--image-store=containerd');
  const { stdout } = await build(project, 'docker run --rm --network=none app:v1 true');
  expect(stdout).toMatch(/^image +app:v1$/m);
  const { containerdRoot } = await site.json('clone', project, 'external-1');
  expect(readdirSync(containerdRoot)).toContain('io.containerd.content.v1.content');
  await site.run('release', 'external-1');
});

test('a build that takes too long is ended', async () => {
  const args = site.buildArgs(newProject(), 'exec sleep 600', '--timeout=1500ms');
  const { exitCode, stderr } = await site.run(...args);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^ERROR: golden build of .+ took longer than 1500 ms\nHINT: /m);
});

test('a daemon that does not start is reported with its last words', async () => {
  const project = newProject();
  const { exitCode, stderr } = await site.run(
    'build',
    '--dockerd=--storage-driver=nonsense',
    project,
    '--',
    'true',
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^ERROR: starting dockerd: [\s\S]+nonsense[\s\S]+^HINT: /m);
});

test.each([
  [
    ['list', '--store=/nonexistent/store'],
    /^ERROR: there is no store in .+\nHINT: `warmdock golden build`/,
  ],
  [['clone', '../up', 's1'], /^ERROR: not a project name: "\.\.\/up"\nHINT: /],
  [['clone', 'typo', 's1'], /^ERROR: project typo has no golden in \/.+\nHINT: .+--allow-empty/],
  [
    ['clone', 'typo', 's1', '--store=/nonexistent/store'],
    /^ERROR: there is no store in .+\nHINT: /,
  ],
  [['remove', 'nobody'], /^ERROR: no project nobody in .+\nHINT: /],
  [['inspect', 'nobody'], /^ERROR: .+nobody.+\nHINT: /],
  [['release', 'nobody'], /^ERROR: no session nobody in .+\nHINT: /],
  [['list', '--strategy=copy'], /^ERROR: the store in .+ strategy layer-link, not copy\nHINT: /],
  [['clone', 'app', 's1', '--store=/a b'], /^ERROR: a store cannot be in "\/a b"\nHINT: /],
])('%j is refused', async (args, expected) => {
  await site.json('clone', newProject(), `refused-${projects}`, '--allow-empty');
  const before = await site.json('list');
  const { exitCode, stdout, stderr } = await site.run(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(expected);
  expect(await site.json('list')).toEqual(before);
});

test('people read tables', async () => {
  const project = newProject();
  await site.json('clone', project, 'table-1', '--allow-empty');
  const { stdout, stderr } = await site.run('list');
  expect(stderr).toBe('');
  expect(stdout).toMatch(new RegExp(`^store +${site.store}\nstrategy +\\S+\nchosen +\\S`));
  expect(stdout).toMatch(new RegExp(`^${project} +none +none +1$`, 'm'));
  expect(stdout).toMatch(
    new RegExp(`^table-1 +${project} +nothing +(just now|\\d+ s ago) +${site.store}/`, 'm'),
  );
});
