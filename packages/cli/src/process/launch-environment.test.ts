import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ignoredBy, restoreEnvironment } from './launch-environment.js';

test('what was hidden is there again, and nothing else is added', () => {
  const env = {
    HOME: '/h',
    WARMDOCK_USER_NODE_OPTIONS: '--require x',
    WARMDOCK_USER_NODE_DEBUG: '',
    WARMDOCK_IGNORED_SIGNALS: ' HUP INT',
  };
  expect(restoreEnvironment(env)).toEqual({ ignored: ['SIGHUP', 'SIGINT'] });
  expect(env).toEqual({ HOME: '/h', NODE_OPTIONS: '--require x', NODE_DEBUG: '' });
});

test('the authorities are known by both names: the core reads the other one', () => {
  const env: NodeJS.ProcessEnv = { WARMDOCK_EXTRA_CA_CERTS: '/ca' };
  restoreEnvironment(env);
  expect(env).toEqual({ WARMDOCK_EXTRA_CA_CERTS: '/ca', NODE_EXTRA_CA_CERTS: '/ca' });
});

test('without a launcher nothing changes', () => {
  const env = { NODE_OPTIONS: '--no-warnings' };
  expect(restoreEnvironment(env)).toEqual({ ignored: [] });
  expect(env).toEqual({ NODE_OPTIONS: '--no-warnings' });
});

test.each([
  ['trap "" HUP QUIT', ['SIGHUP', 'SIGQUIT']],
  ['trap "" INT; trap : TERM', ['SIGINT']],
  ['trap : INT', []],
])('what a process ignores is seen: %s', async (traps, ignored) => {
  const child = spawn('sh', ['-c', `${traps}; echo ready; read -r line`]);
  await once(child.stdout, 'data');
  expect(ignoredBy(child.pid ?? 0)).toEqual(ignored);
  child.stdin.end();
  await once(child, 'close');
});
