import { describe, expect, it } from 'vitest';
import { compressionOf, kindOf, MediaType } from './media-types.js';

describe('media types', () => {
  it.each([
    [MediaType.ociIndex, 'index', undefined],
    [MediaType.dockerIndex, 'index', undefined],
    [MediaType.ociManifest, 'manifest', undefined],
    [MediaType.dockerManifest, 'manifest', undefined],
    [MediaType.ociConfig, 'config', undefined],
    [MediaType.dockerConfig, 'config', undefined],
    [MediaType.ociLayer, 'layer', 'none'],
    [MediaType.ociLayerGzip, 'layer', 'gzip'],
    [MediaType.ociLayerZstd, 'layer', 'zstd'],
    [MediaType.dockerLayer, 'layer', 'none'],
    [MediaType.dockerLayerGzip, 'layer', 'gzip'],
    [MediaType.dockerLayerZstd, 'layer', 'zstd'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'layer', 'gzip'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'layer', 'gzip'],
    ['application/vnd.in-toto+json', 'other', undefined],
    ['application/vnd.oci.image.layer.v1.tar+lzma', 'other', undefined],
    ['constructor', 'other', undefined],
  ])('%s is of kind %s, compression %s', (mediaType, kind, compression) => {
    expect(kindOf(mediaType)).toBe(kind);
    expect(compressionOf(mediaType)).toBe(compression);
  });
});
