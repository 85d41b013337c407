import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NamespacedProcessOptions, startNamespacedProcess } from './namespaced-process.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warmdock-namespaced-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };

function start(script: string, options: Partial<NamespacedProcessOptions> = {}) {
  const output = new PassThrough();
  const command = ['sh', '-c', script];
  const tree = startNamespacedProcess({
    command,
    env,
    cwd: directory,
    output,
    terminates: 'all',
    ...options,
  });
  void tree.ended.finally(() => output.end()).catch(() => {});
  return { tree, output, printed: text(output) };
}

/** Processes with this text in their arguments. */
async function processesWith(mark: string): Promise<string> {
  const found = spawn('pgrep', ['-f', mark]);
  const [pids] = await Promise.all([text(found.stdout), once(found, 'close')]);
  return pids;
}

describe('a namespaced process', () => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -9 $$', 137],
    ['/no/such/program', 127],
  ])('%j ends with %i', async (script, code) => {
    expect(await start(script).tree.ended).toBe(code);
  });

  it('has its output in one place, its environment and its folder', async () => {
    const script = 'echo "$GREETING"; echo oops >&2; pwd';
    const { printed } = start(script, { env: { ...env, GREETING: 'hello' } });
    expect(await printed).toBe(`hello\noops\n${directory}\n`);
  });

  it('is gone with everything that it left in the background', async () => {
    const mark = `6${process.pid}.25`;
    const { tree } = start(`setsid sleep ${mark} & trap '' HUP; nohup sleep ${mark} & exit 4`);
    expect(await tree.ended).toBe(4);
    expect(await processesWith(`sleep ${mark}`)).toBe('');
  });

  it('sees mounts that nobody else sees, read-only ones among them', async () => {
    const [source, target] = [join(directory, 'source'), join(directory, 'target')] as const;
    await Promise.all([mkdir(source), mkdir(target)]);
    await writeFile(join(source, 'file'), 'text');
    const { tree, printed } = start('cat target/file; touch target/new source/new', {
      mounts: [
        { source, target, readOnly: false },
        { source, target: source, readOnly: true },
      ],
    });
    expect(await tree.ended).toBe(1);
    expect(await printed).toMatch(/^text.*source\/new.*Read-only/);
    expect(await readdir(source)).toEqual(['file', 'new']);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
  });

  it('has a folder empty and for itself', async () => {
    await writeFile(join(directory, 'file'), '');
    const script = 'ls; touch own; ls';
    const { printed } = start('', {
      ownFolder: directory,
      command: ['sh', '-c', `cd ${directory}; ${script}`],
    });
    expect(await printed).toBe('own\n');
  });

  it('is not started when something cannot be mounted', async () => {
    const mounts = [{ source: join(directory, 'missing'), target: directory, readOnly: true }];
    const { tree, printed } = start('echo started', { mounts });
    expect(await tree.ended).toBe(126);
    expect(await printed).not.toContain('started');
  });

  it('that cannot be started is UNSUPPORTED', async () => {
    const { tree } = start('', { cwd: join(directory, 'missing') });
    await expect(tree.ended).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await tree.terminate(0)).toBe('ended');
  });
});

describe('a companion', () => {
  /** Says so when it is told to end; its socket is there after a while. */
  const companionOf = (end = 'exit 0', name = 'socket') => {
    const socket = join(directory, name);
    const serve = `require('net').createServer().listen(process.argv[1])`;
    const script = `trap 'echo "it'"'"'s over"; ${end}' TERM
      sleep 0.1; echo serving; "$0" -e "$1" "$2" & while :; do sleep 0.01; done`;
    return { command: ['sh', '-c', script, process.execPath, serve, socket], socket };
  };

  it('is there before the command begins, and ends after it', async () => {
    const companion = companionOf();
    const script = `[ -S socket ] && echo "command"`;
    const { tree, printed } = start(script, { companion });
    expect(await tree.ended).toBe(0);
    expect(await printed).toBe("serving\ncommand\nit's over\n");
  });

  it.each([
    ['exit 0', 'exit 6', 6],
    ['exit 3', 'exit 6', 3],
  ])('beside %j, that ends with %j, makes it %i', async (script, end, code) => {
    const { tree } = start(script, { companion: companionOf(end) });
    expect(await tree.ended).toBe(code);
  });

  it('that fails to start keeps the command from starting', async () => {
    const companion = { command: ['sh', '-c', 'echo broken; exit 1'], socket: '/nowhere' };
    const { tree, printed } = start('echo started', { companion });
    expect(await tree.ended).toBe(125);
    expect(await printed).toBe('broken\n');
  });

  it('that takes its time is ended with all that was to come', async () => {
    const companion = { ...companionOf(), socket: '/nowhere' };
    const { tree, output, printed } = start('echo started', { companion });
    await once(output, 'data');
    expect(await tree.terminate(5_000)).toBe('ended');
    expect(await tree.ended).toBe(143);
    expect(await printed).toBe("serving\nit's over\n");
  });

  it('that dies ends the command, as one that failed', async () => {
    const { command, socket } = companionOf();
    const [shell = '', flag = '', script = '', ...args] = command;
    const killed = `(until [ -e begun ]; do sleep 0.01; done; kill -9 $$) & ${script}`;
    const dying = { command: [shell, flag, killed, ...args], socket };
    const main = `trap 'echo bye; exit 0' TERM; : >begun; while :; do sleep 0.01; done`;
    const { tree, printed } = start(main, { companion: dying });
    expect(await tree.ended).toBe(137);
    expect(await printed).toContain('bye');
  });

  it('ends after a command that is told to end', async () => {
    const script = `trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`;
    const options = { companion: companionOf(), terminates: 'command' } as const;
    const { tree, output, printed } = start(script, options);
    let seen = '';
    output.on('data', (chunk) => {
      seen += chunk;
    });
    await expect.poll(() => seen).toContain('ready');
    expect(await tree.terminate(5_000)).toBe('ended');
    expect(await tree.ended).toBe(0);
    expect(await printed).toMatch(/bye\nit's over\n$/);
  });
});

describe('terminate', () => {
  const ready = 'echo ready; while :; do sleep 0.01; done';

  it('lets it end by itself', async () => {
    const { tree, output, printed } = start(`trap 'echo bye; exit 5' TERM; ${ready}`);
    await once(output, 'data');
    expect(await tree.terminate(10_000)).toBe('ended');
    expect(await tree.ended).toBe(5);
    expect(await printed).toContain('bye');
  });

  it('never mistakes its own signal for the end of the command', async () => {
    const rounds = Array.from({ length: 40 }, async (_, round) => {
      const { tree, output } = start(`trap 'exit 5' TERM; ${ready}`, {
        terminates: round % 2 ? 'all' : 'command',
      });
      await once(output, 'data');
      await tree.terminate(10_000);
      return tree.ended;
    });
    expect(new Set(await Promise.all(rounds))).toEqual(new Set([5]));
  });

  it.each([
    ['reaches what it has started as well', 'all', 'child\n'],
    ['reaches it alone where told so', 'command', ''],
  ] as const)('%s', async (_, terminates, expected) => {
    const path = join(directory, 'signals');
    const listens = `${path}.listens`;
    const child = `sh -c 'trap "echo child >>${path}; exit" TERM; : >${listens}; while :; do sleep 0.01; done' &`;
    const listening = `until [ -e ${listens} ]; do sleep 0.01; done`;
    const { tree, output } = start(
      `>${path}; ${child} trap 'sleep 0.2; exit 0' TERM; ${listening}; ${ready}`,
      { terminates },
    );
    await once(output, 'data');
    await tree.terminate(10_000);
    expect(await readFile(path, 'utf8')).toBe(expected);
  });

  it('kills who does not listen in time', async () => {
    const { tree, output } = start(`trap '' TERM; ${ready}`);
    await once(output, 'data');
    expect(await tree.terminate(30)).toBe('killed');
    expect(await tree.ended).not.toBe(0);
  });

  it('ends what has hardly begun', async () => {
    for (let afterMs = 0; afterMs < 20; afterMs++) {
      const { tree } = start('sleep 60');
      await delay(afterMs);
      expect(await tree.terminate(5_000)).toBe('ended');
    }
  });

  it('of what has ended does nothing', async () => {
    const { tree } = start('exit 6');
    await tree.ended;
    await delay(10);
    expect(await tree.terminate(0)).toBe('ended');
    expect(await tree.ended).toBe(6);
  });
});
