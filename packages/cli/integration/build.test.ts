import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageIdOf, printedBy, runDocker, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, occupy, projectOf, temporaryFolder } from './support/project.js';
import { runWarmdock } from './support/warmdock.js';

const stores = ['classic', 'containerd'] as const;
const settings = useTestbed().buildkits.flatMap(({ name, address }) =>
  stores.map((store) => ({ name, address, store, host: useTestbed()[store].host })),
);

/** The most that a context's transfer is said to have moved, in progress as raw JSON. */
function transferredBytes(rawJson: string): number {
  const statuses = rawJson
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => JSON.parse(line).statuses ?? []);
  const transfers = statuses.filter(({ id }) => id === 'transferring context:');
  expect(transfers).not.toEqual([]);
  return Math.max(...transfers.map(({ current = 0 }) => current));
}

describe.each(settings)('on the $name BuildKit for the $store store', ({ address, host }) => {
  const build = (args: readonly string[], context: string) =>
    runWarmdock(['build', '--builder', address, ...args, context], { host });

  test('a first build loads all layers, the next one nothing, and one changed layer is one layer', async () => {
    const context = layeredProject();
    const tag = newTag(host);
    const first = await build(['-t', tag], context);
    expect(first).toMatchObject({ exitCode: 0, stdout: '' });
    expect(first.stderr).toMatch(/\nall 3 layers loaded, 10\d kB \(\d.*s\)\n$/);

    const second = await build(['-t', tag], context);
    expect(second).toMatchObject({ exitCode: 0, stdout: '' });
    expect(second.stderr).toMatch(/\nunchanged, nothing loaded \(\d.*s\)\n$/);

    const other = newTag(host);
    expect((await build(['-t', other], context)).stderr).toMatch(
      /\nretagged, nothing loaded \(.*\)\n$/,
    );
    expect(await imageIdOf(host, other)).toBe(await imageIdOf(host, tag));

    writeFileSync(join(context, 'top'), randomBytes(500));
    const third = await build(['-t', tag], context);
    expect(third.stderr).toMatch(/\n1 of 3 layers loaded, \d\.\d kB \(.*\)\n$/);
  });

  test('with -q stdout is what the daemon calls the image, and nothing else is said', async () => {
    const tag = newTag(host);
    const { exitCode, stdout, stderr } = await build(['-q', '-t', tag], layeredProject());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(`${await imageIdOf(host, tag)}\n`);
  });

  test('the files hold the image ID and what was built and loaded', async () => {
    const tag = newTag(host);
    const dir = temporaryFolder();
    const files = ['--iidfile', join(dir, 'iid'), '--metadata-file', join(dir, 'metadata.json')];
    await build([...files, '-t', tag], layeredProject());
    expect(readFileSync(join(dir, 'iid'), 'utf8')).toBe(await imageIdOf(host, tag));
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const ms = expect.any(Number);
    expect(JSON.parse(readFileSync(join(dir, 'metadata.json'), 'utf8'))).toEqual({
      'containerimage.config.digest': digest,
      'containerimage.descriptor': expect.objectContaining({ digest, size: expect.any(Number) }),
      'containerimage.digest': digest,
      'image.name': `docker.io/${tag}`,
      'warmdock.load': {
        outcome: 'full',
        layersTotal: 3,
        layersSent: 3,
        bytesSent: expect.any(Number),
        timingsMs: { connect: ms, solve: ms, compare: ms, load: ms, total: ms },
      },
    });
    expect(readdirSync(dir).sort()).toEqual(['iid', 'metadata.json']);
  });

  test('commands that follow at once do not send the context again', async () => {
    const file = randomBytes(1_000_000);
    const steps = Array.from({ length: 20 }, (_, at) => `COPY file /file${at}`);
    const context = projectOf({ Dockerfile: ['FROM scratch', ...steps].join('\n'), file });
    const tag = newTag(host);
    const env = { HOME: temporaryFolder() };
    const bytesSent = async () => {
      const args = ['build', '--builder', address, '--progress=rawjson', '-t', tag, context];
      const { exitCode, stderr } = await runWarmdock(args, { host, env });
      expect(exitCode).toBe(0);
      return transferredBytes(stderr);
    };
    expect(await bytesSent()).toBeGreaterThan(1_000_000);
    for (let round = 0; round < 3; round++) expect(await bytesSent()).toBeLessThan(10_000);
  });

  test('flags reach the build', async () => {
    const context = projectOf({
      'other.Dockerfile': [
        withShell.replace('scratch', 'scratch AS wanted'),
        'ARG GREETING',
        'ARG FROM_ENV',
        'RUN --network=none --mount=type=secret,id=word echo "$GREETING $FROM_ENV $(cat /run/secrets/word)" > /said',
        'FROM scratch AS unwanted',
        'COPY absent /absent',
      ].join('\n'),
      word: 'secret',
    });
    const tag = newTag(host);
    const args = [
      ...[
        'build',
        '--builder',
        address,
        '-t',
        tag,
        '-f',
        join(context, 'other.Dockerfile'),
        '--target=wanted',
      ],
      ...[
        '--build-arg',
        'GREETING=hello',
        '--build-arg',
        'FROM_ENV',
        '--label',
        'a=b',
        '--pull=false',
      ],
      ...['--secret', `id=word,src=${join(context, 'word')}`, '--no-cache', '--load', context],
    ];
    const { exitCode, stderr } = await runWarmdock(args, {
      host,
      env: { FROM_ENV: 'environment' },
    });
    expect(exitCode, stderr).toBe(0);
    expect(await printedBy(host, tag, ['busybox', 'cat', '/said'])).toBe(
      'hello environment secret\n',
    );
    const labels = await runDocker(
      ['image', 'inspect', '--format', '{{json .Config.Labels}}', tag],
      { host },
    );
    expect(JSON.parse(labels.stdout)).toEqual({ a: 'b' });
  });

  test('rawjson on stderr is JSON throughout', async () => {
    const { stderr } = await build(['--progress=rawjson', '-t', newTag(host)], layeredProject());
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { vertexes?: { name?: string }[] });
    const names = lines.flatMap(({ vertexes = [] }) => vertexes.map(({ name }) => name));
    expect(names).toContain('[internal] load build definition from Dockerfile');
    expect(names).toContain('load into the daemon');
  });

  test('a tag that named another image moves', async () => {
    const tag = newTag(host);
    const before = await occupy(host, tag);
    await build(['-t', tag], layeredProject());
    expect(await imageIdOf(host, tag)).not.toBe(before);
  });
});

test('rawjson reports of groups and warnings what buildx reports, but for the LLB behind a file', async () => {
  const { builder, classic } = useTestbed();
  const context = projectOf({
    Dockerfile: 'FROM scratch as base\nCOPY one /one\nCOPY --link one /two\nMAINTAINER someone\n',
    one: randomBytes(10),
  });
  const args = ['--progress=rawjson', context];
  const { stderr: theirs } = await runDocker(
    ['buildx', 'build', '--output=type=cacheonly', ...args],
    { host: builder.host },
  );
  const { stderr: ours } = await runWarmdock(
    ['build', '--builder', builder.address, '-t', newTag(classic.host), ...args],
    { host: classic.host },
  );
  const { groups, warnings } = groupsAndWarnings(theirs);
  expect(groups).toHaveLength(2);
  expect(warnings).toHaveLength(2);
  expect(groupsAndWarnings(ours)).toEqual({ groups, warnings });
});

/** What does not differ between two builds of one Dockerfile. */
function groupsAndWarnings(stderr: string) {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RawLine);
  const groups = lines
    .flatMap(({ vertexes = [] }) => vertexes)
    .flatMap(({ progressGroup }) => progressGroup ?? [])
    .map(({ id, ...group }) => JSON.stringify(group));
  const warnings = lines
    .flatMap((line) => line.warnings ?? [])
    .map(({ vertex, sourceInfo: { definition, ...sourceInfo } = {}, ...warning }) => ({
      ...warning,
      sourceInfo,
    }));
  return { groups: [...new Set(groups)].sort(), warnings };
}

interface RawLine {
  vertexes?: { progressGroup?: { id: string } }[];
  warnings?: { vertex: string; sourceInfo?: { definition?: object } }[];
}

test.each(stores)('without a builder the daemon of the %s store builds in place', async (store) => {
  const { host } = useTestbed()[store];
  const tag = newTag(host);
  const { exitCode, stderr } = await runWarmdock(['build', '-t', tag, layeredProject()], { host });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/\nbuilt in place, nothing loaded \(.*\)\n$/);
  expect(await imageIdOf(host, tag)).toMatch(/^sha256:/);
});
