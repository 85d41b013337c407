import { expect, test } from 'vitest';
import { parsePulledName } from './pulled-name.js';

test.each([
  ['debian', 'debian:latest', 'docker.io/library/debian:latest'],
  ['debian:13', 'debian:13', 'docker.io/library/debian:13'],
  ['team/app', 'team/app:latest', 'docker.io/team/app:latest'],
  ['docker.io/library/debian:13', 'debian:13', 'docker.io/library/debian:13'],
  ['localhost:5000/app', 'localhost:5000/app:latest', 'localhost:5000/app:latest'],
])('docker shows %s as %s, and in full as %s', (text, familiar, full) => {
  expect(parsePulledName(text)).toMatchObject({ familiar, full });
});

test.each([
  ['debian', true],
  ['localhost:5000/app', true],
  ['localhost:5000/app:latest', false],
])('nobody typed the tag of %s: %s', (text, hasDefaultTag) => {
  expect(parsePulledName(text)).toMatchObject({ hasDefaultTag, tag: 'latest' });
});
