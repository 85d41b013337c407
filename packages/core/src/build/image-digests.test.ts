import { describe, expect, it } from 'vitest';
import { digestOf } from '../oci/digest.js';
import { imageDigests } from './image-digests.js';

const digest = digestOf('manifest');
const configDigest = digestOf('config');

describe('imageDigests', () => {
  it.each([
    [
      'manifest and config',
      { 'containerimage.digest': digest, 'containerimage.config.digest': configDigest },
      { digest, configDigest },
    ],
    ['an index, which has no config', { 'containerimage.digest': digest }, { digest }],
    [
      'a config alone, as old daemons do',
      { 'containerimage.config.digest': configDigest },
      { digest: configDigest, configDigest },
    ],
  ])('reads an answer that names %s', (_rule, response, digests) => {
    expect(imageDigests({ ...response, 'image.name': 'app' }, 'the builder')).toEqual(digests);
  });

  it('is PROTOCOL when the answer names no image, and names the builder', () => {
    expect(() => imageDigests({}, 'tcp://builder:1')).toThrow(
      expect.objectContaining({
        code: 'PROTOCOL',
        message: expect.stringContaining('tcp://builder:1'),
      }),
    );
  });

  it.each(['sha256:short', '../../etc/passwd'])('refuses %s as a digest', (text) => {
    expect(() => imageDigests({ 'containerimage.digest': text }, '')).toThrow(
      expect.objectContaining({ code: expect.any(String) }),
    );
  });
});
