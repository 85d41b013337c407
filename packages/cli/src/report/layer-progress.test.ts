import type { Progress } from '@warmdock/core';
import { type Descriptor, parseDigest } from '@warmdock/core/oci';
import { expect, test } from 'vitest';
import { LayerProgress } from './layer-progress.js';

const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
const layer = (letter: string, size = 1_000): Descriptor => ({
  mediaType,
  digest: parseDigest(`sha256:${letter.repeat(64)}`),
  size,
});
const [low, middle, top] = [layer('a'), layer('b'), layer('c', 2_000_000)];
const id = (letter: string) => letter.repeat(12);

function lacking(missing: readonly Descriptor[]): Progress {
  const sizeBytes = missing.reduce((sum, { size }) => sum + size, 0);
  const common = { reason: '', imageId: low.digest, layersTotal: 3 };
  return { type: 'compare', plan: { ...common, outcome: 'thin', missing, sizeBytes } };
}

function sent(of: Descriptor, layerBytes: number): Progress {
  return { type: 'load', sentBytes: 0, totalBytes: 0, layer: of, layerBytes };
}

function recorded(all?: readonly Descriptor[]) {
  const news: string[] = [];
  const progress = new LayerProgress(all, ({ id, state }) => news.push(`${id}: ${state}`));
  return { news, progress };
}

test('each change of a layer is told once, from the bottom up', () => {
  const { news, progress } = recorded([low, middle, top, low]);
  progress.update(lacking([middle, top]));
  progress.update(sent(middle, 500));
  progress.update(sent(middle, 700));
  progress.update(sent(middle, 1_000));
  progress.update(sent(top, 2_000_000));
  progress.finish();
  expect(news).toEqual([
    `${id('a')}: Already exists`,
    `${id('b')}: Pulling fs layer`,
    `${id('c')}: Pulling fs layer`,
    `${id('b')}: Downloading`,
    `${id('b')}: Download complete`,
    `${id('c')}: Download complete`,
    `${id('b')}: Pull complete`,
    `${id('c')}: Pull complete`,
  ]);
});

test('what somebody else has brought exists already', () => {
  const { news, progress } = recorded([low]);
  progress.update(lacking([low]));
  progress.finish();
  expect(news.at(-1)).toBe(`${id('a')}: Already exists`);
});

test('of an image that the daemon has there is nothing to tell', () => {
  const { news, progress } = recorded([low]);
  const plan = { outcome: 'unchanged', reason: '', imageId: low.digest, layersTotal: 1 } as const;
  progress.update({ type: 'compare', plan });
  progress.finish();
  expect([news, progress.lines(80)]).toEqual([[], []]);
});

test('without the layers of the image only those that come are shown', () => {
  const { progress } = recorded();
  progress.update(lacking([top]));
  expect(progress.lines(80)).toEqual([`${id('c')}: Pulling fs layer`]);
});

test.each([
  [120, 1_000_000, `[${'='.repeat(25)}>${' '.repeat(24)}]  1.0 MB/2.0 MB`],
  [120, 1_999_999, `[${'='.repeat(49)}>]  2.0 MB/2.0 MB`],
  [80, 0, /^\[> {30,}\] {2}0 B\/2\.0 MB$/],
  [50, 1_000_000, ' 1.0 MB/2.0 MB'],
])('in %i columns a layer with %i bytes has %s', (columns, movedBytes, expected) => {
  const { progress } = recorded();
  progress.update(lacking([top]));
  progress.update(sent(top, movedBytes));
  const [line = ''] = progress.lines(columns);
  const head = `${id('c')}: Downloading `;
  expect(line.startsWith(head)).toBe(true);
  expect(line.slice(head.length)).toEqual(
    typeof expected === 'string' ? expected : expect.stringMatching(expected),
  );
  expect(line.length).toBeLessThan(columns);
});
