import { expect, test } from 'vitest';
import { decodeExporterResponse, formatMetadata } from './metadata.js';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

test.each([
  ['a digest', 'sha256:ab', 'sha256:ab'],
  ['base64 of an object', base64({ mediaType: 'm', size: 1 }), { mediaType: 'm', size: 1 }],
  ['base64 of a list of objects', base64([{ a: 1 }]), [{ a: 1 }]],
  ['base64 of an empty object', base64({}), base64({})],
  ['base64 of an empty list', base64([]), base64([])],
  ['base64 of a list of texts', base64(['a']), base64(['a'])],
  ['base64 of a number', base64(1), base64(1)],
  ['base64 of something else', 'YWJj', 'YWJj'],
  [
    'base64 without padding',
    base64({ a: 1 }).replace(/=+$/, ''),
    base64({ a: 1 }).replace(/=+$/, ''),
  ],
  ['an empty text', '', ''],
])('%s in the exporter response becomes what buildx makes of it', (_, text, value) => {
  expect(decodeExporterResponse({ key: text })).toEqual({ key: value });
});

test('the metadata has the exporter keys, the name and what is said besides, sorted', () => {
  const response = {
    'containerimage.digest': 'sha256:22',
    'containerimage.descriptor': base64({ digest: 'sha256:22' }),
  };
  const metadata = formatMetadata(['docker.io/library/app:latest'], response, { b: 1 });
  expect(Object.entries(metadata)).toEqual([
    ['b', 1],
    ['containerimage.descriptor', { digest: 'sha256:22' }],
    ['containerimage.digest', 'sha256:22'],
    ['image.name', 'docker.io/library/app:latest'],
  ]);
});

test('several tags are one name, as with buildx; the exporter knows better where it says one', () => {
  const names = ['docker.io/library/a:1', 'docker.io/library/b:2'];
  expect(formatMetadata(names, {})['image.name']).toBe(
    'docker.io/library/a:1,docker.io/library/b:2',
  );
  const exporterResponse = { 'image.name': 'docker.io/library/c:3' };
  expect(formatMetadata(names, exporterResponse)['image.name']).toBe('docker.io/library/c:3');
});

test.each([[[]], [undefined]])('an image without tags has no name: %j', (names) => {
  expect(formatMetadata(names, {})).not.toHaveProperty('image.name');
});
