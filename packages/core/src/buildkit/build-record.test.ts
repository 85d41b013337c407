import { describe, expect, test } from 'vitest';
import { BuildHistoryEvent, type BuildResultInfo } from '../gen/control.js';
import { digestOf } from '../oci/digest.js';
import { recordedAttestations } from './build-record.js';

const digest = digestOf(Buffer.from('a'));
const descriptor = { mediaType: 'application/vnd.in-toto+json', digest, size: 1 };

function attested(type: string, mediaType = descriptor.mediaType): BuildResultInfo {
  const annotations = { 'in-toto.io/predicate-type': type };
  return { attestations: [{ ...descriptor, mediaType, annotations }] };
}

function attestationsIn(result?: BuildResultInfo, results: Record<string, BuildResultInfo> = {}) {
  return recordedAttestations(BuildHistoryEvent.encode({ record: { result, results } }).finish());
}

describe('the attestations of a record', () => {
  test('are those of its result', () => {
    expect(attestationsIn(attested('p'))).toEqual([
      { platform: '', predicateType: 'p', descriptor },
    ]);
  });

  test('or of its results, by platform', () => {
    const results = { 'linux/amd64': attested('p'), 'linux/arm64': attested('q') };
    expect(attestationsIn(attested('one of them'), results)).toEqual([
      { platform: 'linux/amd64', predicateType: 'p', descriptor },
      { platform: 'linux/arm64', predicateType: 'q', descriptor },
    ]);
  });

  test('are in-toto statements', () => {
    expect(attestationsIn(attested('p', 'text/plain'))).toEqual([]);
  });

  test('may be missing, as the record may', () => {
    expect(attestationsIn()).toEqual([]);
    expect(recordedAttestations(new Uint8Array())).toEqual([]);
  });
});
