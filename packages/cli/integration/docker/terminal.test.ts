import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { imageIdOf, removeImage, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { projectOf } from '../support/project.js';
import { drawingOf, linesOf, screenOf } from '../support/screen.js';
import { printed, startShim } from '../support/shim.js';
import { type Side, useDockerAndShim } from './docker-and-shim.js';

const sides = useDockerAndShim();
const begun = 'begun-42';
const size = { columns: 80, rows: 24 };

/** A name for the image of one test, which goes with it. */
function newName(): string {
  const name = `terminal-${randomBytes(6).toString('hex')}`;
  onTestFinished(async () => {
    await removeImage(useTestbed().classic.host, name);
  });
  return name;
}

/** Runs a shell's line in a terminal of its own. */
function startInTerminal(line: string, { side = 'shim' as Side, rows = size.rows, env = {} } = {}) {
  const session = `stty cols ${size.columns} rows ${rows}; ${line}`;
  return startShim(['-qec', session, '/dev/null'], {
    program: 'script',
    path: sides.paths[side],
    env: { ...sides.env, TERM: 'xterm', ...env },
    keepsInput: true,
  });
}

/** The processes whose file of this name in /proc holds the text. */
function processesWith(file: 'cmdline' | 'environ', text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

/** A build whose step does not end by itself, and what it and its client leave in the list of processes. */
function endlessBuild() {
  const [mark, seconds] = [randomBytes(6).toString('hex'), randomInt(100_000, 1_000_000_000)];
  // What it prints is not in its name.
  const step = `echo begun-$((6 * 7)); busybox sleep ${seconds}`;
  return {
    context: projectOf({ Dockerfile: `${withShell}\nRUN --network=none ${step}\n` }),
    /** To be set for the client: all processes that it starts have it. */
    env: { MARK: mark },
    clients: () => processesWith('environ', `MARK=${mark}\0`),
    /** Of the builder, which is on this machine. */
    steps: () => processesWith('cmdline', `sleep\0${seconds}\0`),
  };
}

describe.each(['real', 'shim'] as const)('with the %s docker', (side) => {
  test.each([
    ['that the shell shares', ''],
    ['of its own', 'set -m; '],
  ])('Ctrl-C in a process group %s ends the build here and on the builder', async (_what, job) => {
    const { context, env, clients, steps } = endlessBuild();
    const name = newName();
    const build = `docker build --load -t ${name} ${context}`;
    const run = startInTerminal(`${job}trap : INT; ${build}; echo "ended with $?"`, { side, env });
    await printed(run, begun);
    // The step prints first and sleeps then.
    await vi.waitFor(() => expect(steps()).not.toEqual([]));
    const since = performance.now();
    run.child.stdin.write('\x03');
    const text = (await run.ended).stdout.toString();
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(text).toContain('ended with 130');
    expect(text).toMatch(/ => CANCELED \[2\/2\] RUN/);
    expect(clients()).toEqual([]);
    await vi.waitFor(() => expect(steps()).toEqual([]), 10_000);
    expect(await imageIdOf(useTestbed().classic.host, name)).toBeUndefined();
  });

  test('SIGINT to a process group without a terminal does the same', async () => {
    const { context, env, clients, steps } = endlessBuild();
    const build = `trap : INT; docker build --load "$0" 2>&1; echo "ended with $?"`;
    // `setsid` makes it the first of a group.
    const run = startShim(['sh', '-c', build, context], {
      program: 'setsid',
      path: sides.paths[side],
      env: { ...sides.env, ...env },
    });
    await printed(run, begun);
    // The step prints first and sleeps then.
    await vi.waitFor(() => expect(steps()).not.toEqual([]));
    process.kill(-(run.child.pid ?? Number.NaN), 'SIGINT');
    const text = (await run.ended).stdout.toString();
    expect(text).toMatch(/^#\d+ CANCELED$/m);
    expect(text).toMatch(/\nended with 130\n$/);
    expect(clients()).toEqual([]);
    await vi.waitFor(() => expect(steps()).toEqual([]), 10_000);
  });

  test('a terminal that goes away ends the build, too', async () => {
    const { context, env, clients, steps } = endlessBuild();
    const run = startInTerminal(`docker build --load ${context}`, { side, env });
    await printed(run, begun);
    run.child.kill('SIGKILL');
    await vi.waitFor(() => expect([...clients(), ...steps()]).toEqual([]), 10_000);
  });
});

/** A build of a second and a half, whose step prints more than a line holds. */
function slowProject(): string {
  const long = randomBytes(60).toString('hex');
  const loop = `for i in 1 2 3 4 5 6 7 8; do echo "line $i ${long}"; busybox sleep 0.2; done`;
  return projectOf({
    Dockerfile: `${withShell}\nRUN --network=none echo begun; ${loop}\nRUN --network=none echo last\n`,
  });
}

const stepsDone = [
  / => \[internal\] load build definition from Dockerfile +\d+\.\ds$/,
  / => (CACHED )?\[1\/3\] COPY busybox \/bin\/busybox +\d+\.\ds$/,
  / => \[2\/3\] RUN --network=none echo begun; .*\d+\.\ds$/,
  / => \[3\/3\] RUN --network=none echo last +\d+\.\ds$/,
];

/** Holds that the build's last state is on the screen, once and in full. */
function expectDone(screen: readonly string[]) {
  const titles = screen.filter((line) => line.startsWith('[+] Building '));
  expect(titles, screen.join('\n')).toEqual([expect.stringMatching(/ \((\d+)\/\1\) FINISHED/)]);
  for (const step of stepsDone) {
    expect(
      screen.filter((line) => step.test(line)),
      `${step}\n${screen.join('\n')}`,
    ).toHaveLength(1);
  }
  expect(screen.filter((line) => line.includes(' => => # '))).toEqual([]);
}

describe('in a terminal', () => {
  test.each([24, 12])('of %i rows the build is drawn in place', async (rows) => {
    const build = `docker build --load -t ${newName()} ${slowProject()}`;
    const ended = await startInTerminal(build, { rows }).ended;
    const text = ended.stdout.toString();
    expect(ended.exitCode, text).toBe(0);
    expect(drawingOf(text)).toEqual({ movesUp: true, hasColours: true });
    const lines = linesOf(text);
    expect(lines.filter((line) => line.length > size.columns)).toEqual([]);
    expect(lines).toContainEqual(expect.stringMatching(/^ => => # .*line \d /));
    expectDone(screenOf(text, { ...size, rows }));
  });

  test('with NO_COLOR it is drawn without colours, as docker does', async () => {
    const context = slowProject();
    const drawings = [];
    for (const side of ['real', 'shim'] as const) {
      const build = `docker build --load --no-cache -t ${newName()} ${context}`;
      const run = startInTerminal(build, { side, env: { NO_COLOR: '1' } });
      const text = (await run.ended).stdout.toString();
      drawings.push(drawingOf(text));
      expectDone(screenOf(text, size));
    }
    expect(drawings).toEqual(Array(2).fill({ movesUp: true, hasColours: false }));
  });

  test('that cannot move the cursor the build is shown in plain lines', async () => {
    const build = `docker build --load -t ${newName()} ${slowProject()}`;
    const text = (await startInTerminal(build, { env: { TERM: 'dumb' } }).ended).stdout.toString();
    expect(drawingOf(text)).toEqual({ movesUp: false, hasColours: false });
    expect(text).toMatch(/^#\d+ \[2\/3\] RUN --network=none echo begun; /m);
    expect(text).toMatch(/^#\d+ [\d.]+ line 8 /m);
  });

  test.each([60, 100])('that comes to have %i columns the display follows', async (columns) => {
    const resize = `(sleep 1; stty cols ${columns} </dev/tty) & `;
    const run = startInTerminal(`${resize}docker build --load -t ${newName()} ${slowProject()}`);
    const text = (await run.ended).stdout.toString();
    const last = linesOf(text.slice(text.lastIndexOf('[+] Building')));
    expectDone(last.filter((line) => line !== ''));
    const widths = last.filter((line) => / => .*\d\.\ds$/.test(line)).map((line) => line.length);
    expect(new Set(widths)).toEqual(new Set([columns - 1]));
    // Where there are fewer columns, terminals differ in what becomes of the lines that are too long.
    if (columns > size.columns) expectDone(screenOf(text, { ...size, columns }));
  });
});
