import { describe, expect, it } from 'vitest';
import { decodedValues, firstValue, metadataOf } from './metadata.js';

describe('metadataOf', () => {
  it('keeps repeated values apart, commas included', () => {
    const metadata = metadataOf(['include-patterns', 'a,b', 'x', '1', 'include-patterns', 'c']);
    expect(metadata.get('include-patterns')).toEqual(['a,b', 'c']);
    expect(firstValue(metadata, 'x')).toBe('1');
  });
});

describe('decodedValues', () => {
  it('takes plain values as they are, percent signs included', () => {
    expect(decodedValues(metadataOf(['p', '100%41']), 'p')).toEqual(['100%41']);
  });

  it('unescapes all values of a key that says it is encoded', () => {
    const metadata = metadataOf(['p', 'gr%C3%BC%C3%9Fe+x', 'p', 'a%2Bb', 'p-encoded', '1']);
    expect(decodedValues(metadata, 'p')).toEqual(['grüße x', 'a+b']);
  });
});
