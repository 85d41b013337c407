import { randomBytes } from 'node:crypto';
import { outputOf, runDocker, startFaultProxy, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Gate, makeGate } from '../support/gate.js';
import { newTag, projectOf } from '../support/project.js';
import type { ScreenSize } from '../support/screen.js';
import { openTerminal, type Terminal } from '../support/tmux.js';
import { assertBuilt } from '../support/warmdock.js';
import { type Side, useDockerAndShim } from './docker-and-shim.js';

const sides = useDockerAndShim();
const size = { columns: 80, rows: 80 };

/** A shell in a window, in which the docker of that side is the first in PATH. */
function openShell(
  side: Side,
  { columns, rows } = size,
  env: Readonly<Record<string, string>> = {},
) {
  assertBuilt();
  return openTerminal({ columns, rows }, { ...sides.env, ...env, PATH: sides.paths[side] });
}

/**
 * What stands above a build: when a window becomes narrower, tmux moves as many lines out of it at the
 * top as there are new ones, and nobody could clear lines of the build that are among them.
 */
const linesBefore = 30;

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(`clear; seq ${linesBefore}; ${line}; echo "ended with $?"`);
  await terminal.press('Enter');
}

const ended = (exitCode: number) => new RegExp(`^ended with ${exitCode}$`, 'm');
const isTitle = (line: string) => line.startsWith('[+] Building ');
/** One of the steps of `parallelProject` is shown with that line. */
const at = (line: number) => new RegExp(` => => # (first|second|third) ${line} `);
const isStep = (line: string) => / => .*\d\.\ds$/.test(line);

interface ParallelProject {
  readonly last?: string;
  /** Default true: the frontend warns of a word that is written differently from the others. */
  readonly warns?: boolean;
  /** Where there is one, the steps stay at their second line until `more`, at their sixth until `end`. */
  readonly gate?: Gate;
}

/** Some steps that run at once, each of which prints long lines. */
function parallelProject({
  last = 'RUN --network=none true',
  warns = true,
  gate,
}: ParallelProject = {}): string {
  const stage = (name: string) => {
    const line = `${name} $i ${randomBytes(50).toString('hex')}`;
    const waits = gate && `case $i in 2) ${gate.until('more')};; 6) ${gate.until('end')};; esac`;
    const loop = `for i in 1 2 3 4 5 6 7 8; do echo "${line}"; ${waits ?? 'busybox sleep 0.2'}; done`;
    const run = `RUN --network=none ${gate?.mount ?? ''} ${loop}; echo > /bin/${name}`;
    return `FROM base AS ${name}\n${run}`;
  };
  const names = ['first', 'second', 'third'];
  const base = withShell.replace('FROM scratch', 'FROM scratch AS base');
  const copies = names.map((name) => `COPY --link --from=${name} /bin/${name} /${name}`);
  const from = warns ? 'from base' : 'FROM base';
  const Dockerfile = [base, ...names.map(stage), from, ...copies, last, ''].join('\n');
  return projectOf({ Dockerfile });
}

/** Resizes the window while the steps print, and gives what is shown when they have gone on. */
async function resized(terminal: Terminal, to: ScreenSize): Promise<string[]> {
  const gate = makeGate();
  const tag = newTag(useTestbed().classic.host);
  await enter(terminal, `docker build -t ${tag} ${parallelProject({ gate })}`);
  await terminal.shows(at(2));
  await terminal.resize(to);
  await gate.open('more');
  const screen = await terminal.shows(at(6));
  await gate.open('end');
  expect(screen.filter(isTitle), screen.join('\n')).toHaveLength(1);
  const widths = screen.filter(isStep).map((line) => line.length);
  expect(new Set(widths), screen.join('\n')).toEqual(new Set([to.columns - 1]));
  await terminal.shows(ended(0));
  return screen;
}

/** Holds that the build's last state is there once, in full, and nothing of the states before. */
function expectDone(lines: readonly string[]): void {
  const text = lines.join('\n');
  expect(lines.filter(isTitle), text).toEqual([
    expect.stringMatching(/ \((\d+)\/\1\) FINISHED +remote:shared$/),
  ]);
  for (const name of ['first', 'second', 'third']) {
    expect(
      lines.filter((line) => line.includes(`[${name} 1/1] RUN`)),
      text,
    ).toHaveLength(1);
  }
  expect(text).not.toContain(' => => # ');
}

/** Holds that what stood above the build is still there, followed by the build. */
function expectBefore(lines: readonly string[]): void {
  const before = Array.from({ length: linesBefore }, (_, index) => String(index + 1));
  const start = lines.indexOf('1');
  expect(lines.slice(start, start + linesBefore)).toEqual(before);
  expect(lines[start + linesBefore]).toMatch(/^\[\+\] Building /);
}

describe('in a window', () => {
  test.each([60, 120])(
    'that comes to have %i columns the build is drawn in place',
    async (columns) => {
      const terminal = await openShell('shim');
      await resized(terminal, { ...size, columns });
      const all = await terminal.history();
      expectDone(all);
      expectBefore(all);
    },
  );

  test('that becomes low what runs stays in it', async () => {
    const terminal = await openShell('shim');
    const screen = await resized(terminal, { ...size, rows: 12 });
    expect(screen.filter((line) => / 1\/1\] RUN /.test(line))).toHaveLength(3);
    // What the window lost at its top is out of anybody's reach.
    const all = await terminal.history();
    expectDone(all.slice(all.findLastIndex(isTitle)));
  });

  test('of few lines each frame is in place, and what runs is always there', async () => {
    const terminal = await openShell('shim', { columns: 80, rows: 8 });
    await enter(
      terminal,
      `docker build -t ${newTag(useTestbed().classic.host)} ${parallelProject()}`,
    );
    const screen = await terminal.shows(/ => \[(first|second|third) 1\/1\] RUN[\s\S]* => => # /);
    expect(screen[0]).toMatch(/^\[\+\] Building /);
    expect(screen.filter((line) => / 1\/1\] RUN /.test(line))).toHaveLength(3);
    await terminal.shows(ended(0));
    expect((await terminal.history()).filter(isTitle)).toHaveLength(1);
  });

  test('Ctrl-C ends the build, and the shell goes on below', async () => {
    const terminal = await openShell('shim');
    await enter(terminal, `docker build ${parallelProject()}`);
    await terminal.shows(/ => => # /);
    await terminal.press('C-c');
    const screen = await terminal.shows(ended(130));
    expect(screen.filter(isTitle), screen.join('\n')).toHaveLength(1);
    expect(screen.filter((line) => line.startsWith(' => CANCELED ['))).toHaveLength(3);
  });

  test('a failed build leaves what docker leaves', async () => {
    // Docker shows a warning of a failed build only when it comes early enough.
    const context = parallelProject({
      last: 'RUN --network=none echo before; exit 3',
      warns: false,
    });
    const left = [];
    for (const side of ['real', 'shim'] as const) {
      const terminal = await openShell(side);
      await enter(terminal, `docker build --load --no-cache ${context}`);
      await terminal.shows(ended(1));
      left.push(
        (await terminal.history())
          .map(timeless)
          .filter((line) => line !== '')
          .sort(),
      );
    }
    expect(left[0]).toContainEqual(expect.stringContaining('ERROR [stage-4 4/4] RUN'));
    expect(left[1]).toEqual(left[0]);
  });
});

/** A line without what differs from one build to the next. */
function timeless(line: string): string {
  return (
    line
      .replace(/\d+\.\d+s/, 'TIME')
      .replace(/^\d\.\d{3} /, 'TIME ')
      .replace(/[\d.]+k?B/, 'SIZE')
      // BuildKit's own display counts a group once for itself and once for each of its steps.
      .replace(/\(\d+\/\d+\)/, 'COUNT')
      .replace(' (use docker --debug to expand)', '')
  );
}

describe('over a slow line', () => {
  /** Bytes that go there are late. */
  async function slowly(target: { path: string } | { host: string; port: number }) {
    const proxy = await startFaultProxy({ target, upstream: { delayMs: 10 } });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    return proxy.address;
  }

  test('there are bars for the context and for the layers', async () => {
    const { buildkits, classic } = useTestbed();
    const at = new URL(buildkits[0]?.address ?? '');
    const builder = await slowly({ host: at.hostname, port: Number(at.port) });
    const create = ['buildx', 'create', '--name', 'slow', '--driver', 'remote', builder];
    await outputOf(runDocker(create, { env: sides.env }));
    const context = projectOf({
      Dockerfile: 'FROM scratch\nCOPY low /low\nCOPY top /top\n',
      low: randomBytes(10_000_000),
      top: randomBytes(5_000_000),
    });
    const terminal = await openShell('shim', size, {
      BUILDX_BUILDER: 'slow',
      DOCKER_HOST: await slowly({ path: classic.host.replace('unix://', '') }),
    });
    await enter(terminal, `docker build --load -t ${newTag(classic.host)} ${context}`);
    // The builder needs busybox, too: no file is left out of a context that names none.
    await terminal.shows(/ => => transferring context: \[=+> *\] [\d.]+MB \/ 1[56]\.\d\dMB /);
    await terminal.shows(/ => => sending 2 of 2 layers, 15 MB \[=+> *\] [\d.]+MB \/ 15\.0\dMB /);
    await terminal.shows(/ => => layer [0-9a-f]{12} \[=+> *\] [\d.]+MB \/ (10|5)\.00MB /);
    const screen = await terminal.shows(ended(0));
    expect(screen.join('\n')).not.toContain('=>  ');
    expect(screen).toContainEqual(
      expect.stringMatching(/ => => layer [0-9a-f]{12} 5\.00MB \/ 5\.00MB +\d\.\ds$/),
    );
    expect(screen.filter((line) => line.includes('['))).toEqual(
      screen.filter((line) => /\[(\+|internal|\d\/\d)\] /.test(line)),
    );
  });
});
