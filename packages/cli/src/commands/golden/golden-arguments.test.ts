import { strategyNames } from '@warmdock/golden';
import { describe, expect, test } from 'vitest';
import { goldenTable } from '../../flags/tables/golden-table.js';
import { parseGoldenArguments } from './golden-arguments.js';

function parsed(line: string) {
  const read = parseGoldenArguments(line.split(' ').filter(Boolean));
  if (typeof read === 'string') throw new Error(`help: ${line}`);
  return read;
}

const built = {
  project: 'app',
  env: [],
  secretEnv: [],
  secretFile: [],
  dockerd: [],
  imageStore: undefined,
  containerd: undefined,
  timeoutMs: undefined,
};

const cloned = { project: 'app', session: 's1', generation: undefined, allowEmpty: false };

test.each([
  [
    'build app -- npm start --if-present',
    { ...built, script: { path: 'npm', args: ['start', '--if-present'] } },
  ],
  ['build app --script /x/start.sh', { ...built, script: { path: '/x/start.sh', args: [] } }],
  [
    'build --dockerd --bridge=none --dockerd=--mtu=1400 -e A=1 --env B --secret-env C --secret-env=D=E --secret-file F=/g=h --timeout 90s --image-store classic --containerd external app -- true',
    {
      project: 'app',
      script: { path: 'true', args: [] },
      env: ['A=1', 'B'],
      secretEnv: ['C', 'D=E'],
      secretFile: ['F=/g=h'],
      dockerd: ['--bridge=none', '--mtu=1400'],
      imageStore: 'classic',
      containerd: 'external',
      timeoutMs: 90_000,
    },
  ],
  ['clone app s1', { ...cloned, generation: undefined }],
  ['clone --generation 7 app s1', { ...cloned, generation: 7 }],
  ['clone app s1 --generation=7', { ...cloned, generation: 7 }],
  ['clone --allow-empty app s1', { ...cloned, allowEmpty: true }],
  ['release s1 s2', ['s1', 's2']],
  ['remove app', ['app']],
  ['list', { withUsage: false }],
  ['list --usage', { withUsage: true }],
  ['inspect app', ['app']],
  ['cancel app', ['app']],
  ['verify app', { project: 'app', generation: undefined, deep: false }],
  ['verify --deep --generation 2 app', { project: 'app', generation: 2, deep: true }],
  ['gc', { keep: undefined, dryRun: false }],
  ['gc --keep 0 --dry-run', { keep: 0, dryRun: true }],
  ['recover', []],
  ['serve --config /etc/golden.json', { config: '/etc/golden.json' }],
])('%j', (line, expected) => {
  expect(parsed(line).command.args).toEqual(expected);
});

describe('what all commands take', () => {
  test('is nothing by default', () => {
    expect(parsed('list')).toMatchObject({ store: undefined, strategy: undefined, json: false });
  });

  test('may stand anywhere behind the command', () => {
    const expected = { store: '/s', strategy: 'layer-link', json: true };
    expect(parsed('inspect --store /s app --strategy=layer-link --json')).toMatchObject(expected);
  });
});

test.each([
  ['list', false],
  ['release s1', false],
  ['gc', false],
  ['cancel app', false],
  ['remove app', false],
  ['clone app s1', false],
  ['clone app s1 --allow-empty', true],
  ['build app -- true', true],
])('%s makes a store where there is none: %s', (line, expected) => {
  expect(parsed(line).command.makesStore).toBe(expected);
});

test.each([
  ['frobnicate', 1, /unknown command: warmdock golden "frobnicate"/],
  ['constructor', 1, /unknown command/],
  ['--store /s list', 125, /unknown flag: --store/],
  ['build app', 1, /requires either --script FILE or -- COMMAND/],
  ['build app --', 1, /requires either/],
  ['build app --script x -- true', 1, /requires either/],
  ['build app true', 1, /requires 1 argument: PROJECT/],
  ['build -- true', 1, /requires 1 argument: PROJECT/],
  ['build app --timeout 5 -- true', 125, /"--timeout" flag: not a duration/],
  ['build app --secret-env =A -- true', 1, /takes no --secret-env "=A"/],
  ['build app --secret-file A -- true', 1, /takes no --secret-file "A"/],
  ['build app --image-store old -- true', 1, /takes no --image-store "old": classic, containerd/],
  ['build app --containerd own -- true', 1, /takes no --containerd "own": dockerd, external/],
  ['clone app', 1, /requires 2 arguments: PROJECT SESSION/],
  ['clone app s1 s2', 1, /requires 2 arguments/],
  ['clone app s1 --generation 0', 125, /invalid argument "0" for "--generation" flag/],
  ['clone app s1 --generation 1.5', 125, /"--generation" flag/],
  ['clone app s1 --keep 2', 125, /unknown flag: --keep/],
  ['release', 1, /requires at least 1 argument: SESSION/],
  ['remove', 1, /requires 1 argument: PROJECT/],
  ['remove app other', 1, /requires 1 argument: PROJECT/],
  ['list app', 1, /takes no arguments/],
  ['inspect', 1, /requires 1 argument: PROJECT/],
  ['serve', 1, /requires --config FILE/],
  ['serve /etc/golden.json', 1, /takes no arguments/],
  ['gc --keep=-1', 125, /not a whole number from 0 on/],
  ['gc --keep', 125, /flag needs an argument: --keep/],
  ['list --strategy fast', 1, /knows no strategy "fast"/],
])('%j is refused with %i', (line, exitCode, message) => {
  const expected = { name: 'UsageError', exitCode, message: expect.stringMatching(message) };
  expect(() => parsed(line)).toThrow(expect.objectContaining(expected));
});

describe('help', () => {
  test.each(['', '--help', '-h', 'help'])('%j is of all commands', (line) => {
    const text = parseGoldenArguments(line.split(' ').filter(Boolean));
    for (const name of [
      'build',
      'clone',
      'release',
      'remove',
      'list',
      'inspect',
      'verify',
      'gc',
      'recover',
      'serve',
    ]) {
      expect(text).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
    }
  });

  test('of a command shows its own flags and those of all', () => {
    const text = parseGoldenArguments(['gc', '--help']);
    expect(text).toMatch(/^Usage: {2}warmdock golden gc \[OPTIONS\]\n/);
    expect(text).toMatch(/^ {6}--keep string +\S/m);
    expect(text).toMatch(/^ {6}--store string +\S/m);
  });
});

test('the strategies that a shell offers are those that there are', () => {
  for (const { flags } of goldenTable.commands) {
    const strategy = flags.find(({ name }) => name === 'strategy');
    expect(strategy?.completedBy).toEqual(strategyNames);
  }
});
