import type { TargetPlan } from '@warmdock/compose';
import { planBuild } from '@warmdock/core';
import { expect, test } from 'vitest';
import { formatBuiltImages } from './built-images.js';

const target = (name: string, ...tags: string[]): TargetPlan => ({
  name,
  needs: [],
  plan: planBuild({ context: '.', tags }),
});

const set = {
  targets: [
    target('base', 'p-base'),
    target('web', 'other:v1', 'p-web'),
    target('db', 'docker.io/library/db:v2'),
    target('api', 'host:5000/api:latest'),
  ],
  wanted: ['web', 'db', 'api'],
  ending: { reportsImages: true, failureExitCode: 1 } as const,
};

test.each<[reports: 'text' | 'json' | 'none', isTerminal: boolean, text: string]>([
  ['text', false, ' p-web  Built\n db:v2  Built\n host:5000/api  Built\n'],
  [
    'text',
    true,
    '[+] Building 3/3\n ✔ db:v2          Built\n ✔ host:5000/api  Built\n ✔ p-web          Built\n',
  ],
  [
    'json',
    false,
    '{"id":"p-web","status":"Built"}\n{"id":"db:v2","status":"Built"}\n{"id":"host:5000/api","status":"Built"}\n',
  ],
  ['none', true, ''],
])(
  'each image that was asked for is reported, as %s (terminal: %s)',
  (reports, isTerminal, text) => {
    expect(formatBuiltImages(set, reports, isTerminal)).toBe(text);
  },
);

test('a compose that does not report images is not spoken for', () => {
  expect(
    formatBuiltImages(
      { ...set, ending: { reportsImages: false, failureExitCode: 17 } },
      'text',
      true,
    ),
  ).toBe('');
});
