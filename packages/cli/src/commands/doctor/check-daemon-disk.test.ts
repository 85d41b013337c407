import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '@warmdock/core';
import { expect, test } from 'vitest';
import { smallDisk, temporaryFolder } from '../../docker/shim.testing.js';
import { checkDaemonDisk } from './check-daemon-disk.js';

const unix = 'unix:///run/docker.sock';

function check(dataRoot: string | undefined, address = unix, id = 'some-id') {
  const info = {
    ...({ store: 'classic', id, serverVersion: '28', driver: 'overlay2', dataRoot } as const),
    platform: { os: 'linux', architecture: 'amd64' },
    machine: { name: 'here', kernelVersion: '6.1', memoryBytes: 1 },
  };
  const engine = connectEngine(address);
  const { level, text } = checkDaemonDisk(engine, info);
  engine.close();
  return `${level}: ${text}`;
}

test('is the one of its data', () => {
  const disk = smallDisk('2g', 'size=2g');
  expect(check(disk)).toMatch(new RegExp(`^ok: 2\\.\\d GB free in ${disk}$`));
});

test.each([
  ['500m', 'warning'],
  ['20m', 'problem'],
])('with %s is a %s', (size, level) => {
  const disk = smallDisk(size, `size=${size}`);
  expect(check(disk)).toMatch(new RegExp(`^${level}: \\d+ MB free in `));
});

test('is unknown where its paths are not those of this machine', () => {
  const unseen = 'ok: unknown: it cannot be seen from here';
  expect(check(undefined)).toBe(unseen);
  expect(check('/nonexistent/docker')).toBe(unseen);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'engine-id'), 'another-id\n');
  expect(check(folder)).toBe(unseen);
  writeFileSync(join(folder, 'engine-id'), 'some-id\n');
  expect(check(folder)).toContain(folder);
  expect(check(folder, 'tcp://10.0.0.1:2375')).toMatch(/^ok: unknown: .* another machine$/);
});
