import { describe, expect, it } from 'vitest';
import { digestOf } from '../../oci/digest.js';
import { parseExporterResponse } from './exporter-response.js';

const digest = digestOf('manifest');
const configDigest = digestOf('config');

describe('parseExporterResponse', () => {
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
    expect(parseExporterResponse({ ...response, 'image.name': 'app' }, 'the builder')).toEqual(
      digests,
    );
  });

  it('is PROTOCOL when the answer names no image, and names the builder', () => {
    expect(() => parseExporterResponse({}, 'tcp://builder:1')).toThrow(
      expect.objectContaining({
        code: 'PROTOCOL',
        message: expect.stringContaining('tcp://builder:1'),
      }),
    );
  });

  it.each(['sha256:short', '../../etc/passwd'])('refuses %s as a digest', (text) => {
    expect(() => parseExporterResponse({ 'containerimage.digest': text }, '')).toThrow(
      expect.objectContaining({ code: expect.any(String) }),
    );
  });

  it('takes the description of the manifest or index', () => {
    const descriptor = { mediaType: 'application/x', digest, size: 3 };
    const described = Buffer.from(JSON.stringify(descriptor)).toString('base64');
    const response = { 'containerimage.digest': digest, 'containerimage.descriptor': described };
    expect(parseExporterResponse(response, '').descriptor).toEqual(descriptor);
  });

  it.each([
    ['no JSON', 'x'],
    ['something else', '{"digest":"sha256:0"}'],
    ['an image without a size', JSON.stringify({ mediaType: 'application/x', digest })],
  ])('is PROTOCOL when the answer describes %s', (_rule, text) => {
    const described = Buffer.from(text).toString('base64');
    const response = { 'containerimage.digest': digest, 'containerimage.descriptor': described };
    expect(() => parseExporterResponse(response, '')).toThrow(
      expect.objectContaining({ code: 'PROTOCOL' }),
    );
  });
});
