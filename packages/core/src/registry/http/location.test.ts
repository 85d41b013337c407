import { describe, expect, it } from 'vitest';
import { locationOf } from './location.js';

const context = { operation: 'reading', registry: 'r.example' };
const at = (location: string | undefined, from: string) =>
  locationOf(location, new URL(from), context).href;

describe('where a registry sends to', () => {
  it.each([
    [
      '/v2/a/blobs/uploads/1',
      'https://r.example:5000/v2/',
      'https://r.example:5000/v2/a/blobs/uploads/1',
    ],
    ['next?a=b', 'http://r.example/v2/x', 'http://r.example/v2/next?a=b'],
    [
      'https://cdn.example/x?sig=a%2Fb%3D',
      'https://r.example/',
      'https://cdn.example/x?sig=a%2Fb%3D',
    ],
    ['https://r.example/up', 'https://r.example:5000/v2/', 'https://r.example:5000/up'],
    ['http://r.example:5000/up', 'https://r.example:5000/v2/', 'https://r.example:5000/up'],
  ])('%s from %s is %s', (location, from, place) => {
    expect(at(location, from)).toBe(place);
  });

  it.each([
    [undefined, 'PROTOCOL'],
    ['http://[', 'PROTOCOL'],
    ['ftp://r.example/a', 'PROTOCOL'],
    ['http://cdn.example/a', 'PERMISSION_DENIED'],
  ])('%s from a server with TLS is %s', (location, code) => {
    expect(() => at(location, 'https://r.example/')).toThrow(expect.objectContaining({ code }));
  });
});
