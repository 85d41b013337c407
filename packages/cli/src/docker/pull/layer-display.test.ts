import type { Progress } from '@warmdock/core';
import { parseDigest } from '@warmdock/core/oci';
import { MemoryOutput } from '@warmdock/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type LayerDisplay, openLayerDisplay } from './layer-display.js';

const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
const layer = { mediaType, digest: parseDigest(`sha256:${'a'.repeat(64)}`), size: 10 };
const lacked = { missing: [layer], sizeBytes: 10, layersTotal: 1 };
const plan = { ...lacked, outcome: 'full', reason: '', imageId: layer.digest } as const;

function sent(layerBytes: number): Progress {
  return { type: 'load', sentBytes: layerBytes, totalBytes: 10, layer, layerBytes };
}

function opened(isTerminal: boolean, env: NodeJS.ProcessEnv = { TERM: 'xterm' }) {
  vi.useFakeTimers({ now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  const [stdout, stderr] = [new MemoryOutput({ isTerminal }), new MemoryOutput()];
  return { stdout, stderr, display: openLayerDisplay([layer], { stdout, stderr, env }) };
}

function pullWith(display: LayerDisplay): void {
  display.update({ type: 'compare', plan });
  display.update(sent(5));
  vi.advanceTimersByTime(200);
  display.notice('slowly');
  display.update(sent(10));
  display.finish();
  display[Symbol.dispose]();
}

const lines = ['Pulling fs layer', 'Download complete', 'Pull complete']
  .map((state) => `${'a'.repeat(12)}: ${state}\n`)
  .join('');

test.each<[what: string, isTerminal: boolean, env: NodeJS.ProcessEnv]>([
  ['without a terminal', false, { TERM: 'xterm' }],
  ['on one that cannot move the cursor', true, { TERM: 'dumb' }],
])('%s there is a line for each change', (_what, isTerminal, env) => {
  const { stdout, stderr, display } = opened(isTerminal, env);
  pullWith(display);
  expect(stdout.text).toBe(lines);
  expect(stderr.text).toBe('NOTICE: slowly\n');
});

test('on a terminal lines change, and the last state stays', () => {
  const { stdout, stderr, display } = opened(true);
  pullWith(display);
  expect(stdout.text).toMatch(/a{12}: Downloading \[=+> +\] {2}5 B\/10 B/);
  expect(stdout.text.endsWith(`${'a'.repeat(12)}: Pull complete\n`)).toBe(true);
  expect(stderr.text).toBe('NOTICE: slowly\n');
});

test('what broke off stays as it was', () => {
  const { stdout, display } = opened(true);
  display.update({ type: 'compare', plan });
  display[Symbol.dispose]();
  expect(stdout.text.endsWith(`${'a'.repeat(12)}: Pulling fs layer\n`)).toBe(true);
});
