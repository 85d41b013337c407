/**
 * The main job on real engines: cold Docker daemons, one shared BuildKit, `warmdock build` beside
 * `docker buildx build --load`. Expects the workspace to be built; `scripts/demo` does that.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  makeContext,
  makeDockerConfig,
  startEngine,
  type TestbedInfo,
  testbedDir,
  testbedUp,
} from '@warmdock/testkit/library';

const warmdock = fileURLToPath(new URL('../packages/cli/bin/warmdock', import.meta.url));
const layers = 12;
const layerBytes = 50 * 1024 * 1024;

interface Side {
  readonly name: string;
  /** The project; each side has its own, so that neither warms the builder for the other. */
  readonly context: string;
  build(host: string): Promise<string>;
}

interface Row {
  readonly what: string;
  readonly store: string;
  readonly times: number[];
  readonly said: string;
}

async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'warmdock-demo-'));
  try {
    const testbed = await testbedUp(testbedDir(), { ownership: 'owned', say: console.log });
    print(await play(await sidesOf(testbed, work)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function sidesOf(testbed: TestbedInfo, work: string): Promise<Side[]> {
  const project = (seed: string) =>
    makeContext(join(work, seed), { seed, layers, layerBytes, compressible: true });
  const config = await makeDockerConfig(join(work, 'docker-config'));
  const env = { ...process.env, DOCKER_CONFIG: config };
  const { address } = testbed.builder;
  await run(
    testbed.clients.docker,
    ['buildx', 'create', '--name', 'shared', '--driver', 'remote', address],
    env,
  );
  const [ours, theirs] = [project('ours'), project('theirs')];
  return [
    {
      name: 'warmdock build',
      context: ours,
      build: (host) =>
        run(warmdock, ['build', '--builder', address, '-t', 'app', ours], {
          ...env,
          DOCKER_HOST: host,
        }),
    },
    {
      name: 'buildx build --load',
      context: theirs,
      build: (host) =>
        run(
          testbed.clients.docker,
          ['buildx', 'build', '--builder', 'shared', '--load', '-t', 'app', theirs],
          {
            ...env,
            DOCKER_HOST: host,
          },
        ),
    },
  ];
}

/** Both sides do the same four things on daemons of their own that start empty. */
async function play(sides: readonly Side[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const store of ['classic', 'containerd'] as const) {
    console.log(`\nStarting an empty Docker daemon with the ${store} store for each side ...`);
    const engines = await Promise.all(sides.map(() => startEngine({ store })));
    const step = async (what: string) => {
      const results: { ms: number; output: string }[] = [];
      for (const [at, side] of sides.entries())
        results.push(await timed(() => side.build(engines[at]?.host ?? '')));
      const said = results[0]?.output.trimEnd().split('\n').at(-1) ?? '';
      rows.push({ what, store, times: results.map(({ ms }) => ms), said });
      console.log(
        `${what}: ${sides.map(({ name }, at) => `${name} ${seconds(results[at]?.ms)}`).join(', ')}\n  warmdock: ${said}`,
      );
    };
    try {
      await step(
        store === 'classic' ? 'first build, nothing cached' : 'second cold daemon, builder warm',
      );
      await step('nothing changed');
      for (const { context } of sides)
        await writeFile(join(context, 'tiny.txt'), `changed for the ${store} daemon\n`);
      await step('one line changed');
    } finally {
      await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
    }
  }
  return rows;
}

async function timed(task: () => Promise<string>): Promise<{ ms: number; output: string }> {
  const start = performance.now();
  const output = await task();
  return { ms: performance.now() - start, output };
}

/** Runs to the end; resolves with what it printed, throws with it when it fails. */
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

function print(rows: readonly Row[]): void {
  console.log(`\nAn image of ${layers} layers of 50 MB, each daemon empty at first:\n`);
  console.log('| daemon | case | warmdock build | buildx build --load | |\n|---|---|--:|--:|--:|');
  for (const { store, what, times } of rows) {
    const [ours = 0, theirs = 0] = times;
    console.log(
      `| ${store} store | ${what} | ${seconds(ours)} | ${seconds(theirs)} | ${(theirs / ours).toFixed(1)}x |`,
    );
  }
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

await main();
