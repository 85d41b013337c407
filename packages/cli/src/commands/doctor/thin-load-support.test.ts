import { expect, test } from 'vitest';
import { thinLoadSupport } from './thin-load-support.js';

test.each([
  ['classic', '20.10.24', 'ok'],
  ['classic', '28.5.2+dfsg4', 'ok'],
  ['classic', '19.03.15', 'warning'],
  ['containerd', '25.0.0', 'ok'],
  ['containerd', '24.0.7', 'warning'],
  ['containerd', 'dev', 'warning'],
] as const)('%s store of Docker %s: %s', (store, serverVersion, level) => {
  expect(thinLoadSupport({ store, serverVersion }).level).toBe(level);
});
