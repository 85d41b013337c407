import { describe, expect, it } from 'vitest';
import { isAttestation } from './descriptor.js';
import { digestOf } from './digest.js';
import { parseIndex, parseManifest, parseManifestOrIndex } from './manifest.js';
import { MediaType } from './media-types.js';

const bytes = (document: unknown) =>
  Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
const blob = (mediaType: string, name: string, extra: object = {}) => ({
  mediaType,
  digest: digestOf(name),
  size: 5,
  ...extra,
});

const config = blob(MediaType.ociConfig, 'config');
const layer = blob(MediaType.ociLayerGzip, 'layer');
const manifest = { schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers: [layer] };
const image = blob(MediaType.ociManifest, 'image', {
  platform: { os: 'linux', architecture: 'amd64' },
});
const attestation = blob(MediaType.ociManifest, 'attestation', {
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': image.digest,
  },
});
const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [image, attestation] };

describe('parseManifest', () => {
  it('reads an OCI manifest', () => {
    const parsed = parseManifest(bytes({ ...manifest, annotations: { a: 'b' } }));
    expect(parsed).toEqual({
      kind: 'manifest',
      mediaType: MediaType.ociManifest,
      config,
      layers: [layer],
      annotations: { a: 'b' },
    });
  });

  it('reads a Docker manifest', () => {
    const docker = {
      schemaVersion: 2,
      mediaType: MediaType.dockerManifest,
      config: blob(MediaType.dockerConfig, 'c'),
      layers: [blob(MediaType.dockerLayerGzip, 'l')],
    };
    expect(parseManifest(bytes(docker))).toMatchObject({
      mediaType: MediaType.dockerManifest,
      layers: docker.layers,
    });
  });

  it('takes a manifest without layers', () => {
    expect(parseManifest(bytes({ ...manifest, layers: null })).layers).toEqual([]);
  });

  it('keeps fields of a descriptor that it does not know', () => {
    const parsed = parseManifest(
      bytes({ ...manifest, layers: [{ ...layer, urls: ['https://example.com'] }] }),
    );
    expect(parsed.layers[0]).toHaveProperty('urls', ['https://example.com']);
  });
});

describe('parseIndex', () => {
  it('reads an index and tells attestations from images', () => {
    const parsed = parseIndex(bytes(index));
    expect(parsed.manifests.map(isAttestation)).toEqual([false, true]);
    expect(parsed.manifests[0]).toEqual(image);
  });

  it('reads a Docker manifest list', () => {
    const list = { ...index, mediaType: MediaType.dockerIndex };
    expect(parseIndex(bytes(list)).mediaType).toBe(MediaType.dockerIndex);
  });
});

describe('parseManifestOrIndex tells them apart', () => {
  it.each([
    ['a manifest', manifest, 'manifest', MediaType.ociManifest],
    ['an index', index, 'index', MediaType.ociIndex],
    [
      'a manifest without mediaType',
      { ...manifest, mediaType: undefined },
      'manifest',
      MediaType.ociManifest,
    ],
    ['an index without mediaType', { ...index, mediaType: undefined }, 'index', MediaType.ociIndex],
    [
      'a Docker manifest',
      { ...manifest, mediaType: MediaType.dockerManifest },
      'manifest',
      MediaType.dockerManifest,
    ],
    [
      'a Docker list',
      { ...index, mediaType: MediaType.dockerIndex },
      'index',
      MediaType.dockerIndex,
    ],
  ])('%s', (_, document, kind, mediaType) => {
    expect(parseManifestOrIndex(bytes(document))).toMatchObject({ kind, mediaType });
  });
});

describe('malformed documents are refused', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['schema version 1', { ...manifest, schemaVersion: 1 }],
    ['no config', { ...manifest, config: undefined }],
    ['no layers', { ...manifest, layers: undefined }],
    ['a negative size', { ...manifest, layers: [{ ...layer, size: -1 }] }],
    ['a size beyond exact integers', { ...manifest, layers: [{ ...layer, size: 2 ** 60 }] }],
    ['a fractional size', { ...manifest, layers: [{ ...layer, size: 1.5 }] }],
    [
      'a digest with a path',
      { ...manifest, layers: [{ ...layer, digest: 'sha256:../../etc/passwd' }] },
    ],
    ['a layer without mediaType', { ...manifest, layers: [{ ...layer, mediaType: '' }] }],
    ['the fields of both kinds', { ...manifest, manifests: [] }],
    ['a manifest that claims to be an index', { ...manifest, mediaType: MediaType.ociIndex }],
    ['an index that claims to be a manifest', { ...index, mediaType: MediaType.ociManifest }],
    ['more than 64 MiB', `{"padding":"${'x'.repeat(64 * 1024 * 1024)}"}`],
  ])('%s', (_, document) => {
    expect(() => parseManifestOrIndex(bytes(document))).toThrow(
      expect.objectContaining({ code: 'PROTOCOL' }),
    );
  });

  it('an index where a manifest is expected, and the other way round', () => {
    expect(() => parseManifest(bytes({ ...index, mediaType: undefined }))).toThrow(
      'manifest expected',
    );
    expect(() => parseIndex(bytes({ ...manifest, mediaType: undefined }))).toThrow(
      'index expected',
    );
  });

  it('bytes that are no UTF-8', () => {
    const notUtf8 = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(() => parseManifest(notUtf8)).toThrow('not JSON');
  });

  it('with a message that names the place', () => {
    expect(() =>
      parseManifest(bytes({ ...manifest, layers: [layer, { ...layer, size: 'x' }] })),
    ).toThrow('layers.1.size');
  });
});
