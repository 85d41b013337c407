import { describe, expect, it } from 'vitest';
import { Http2Code } from '../frames/faults.js';
import type { HeaderList } from './header-list.js';
import { HpackDecoder } from './hpack-decoder.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

const request1 = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
const request2 = [...request1, 'cache-control: no-cache'];
const request3 = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
];
const response1 = [
  ':status: 302',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:21 GMT',
  'location: https://www.example.com',
];
const response2 = [':status: 307', ...response1.slice(1)];
const response3 = [
  ':status: 200',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:22 GMT',
  'location: https://www.example.com',
  'content-encoding: gzip',
  'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
];

/** Fields as one shows them. */
function shown(list: HeaderList): string[] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${list[at + 1]}`] : []));
}

/** The tables of C.5 and C.6 have 256 bytes. */
const table256 = '3fe101';

describe('decoding a header block (examples of RFC 7541 Appendix C)', () => {
  it.each<[string, string[], string[][]]>([
    [
      'C.2.1 literal with indexing',
      ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572'],
      [['custom-key: custom-header']],
    ],
    [
      'C.2.2 literal without indexing',
      ['040c 2f73 616d 706c 652f 7061 7468'],
      [[':path: /sample/path']],
    ],
    [
      'C.2.3 literal never indexed',
      ['1008 7061 7373 776f 7264 0673 6563 7265 74'],
      [['password: secret']],
    ],
    ['C.2.4 indexed', ['82'], [[':method: GET']]],
    [
      'C.3 requests without Huffman',
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
      [request1, request2, request3],
    ],
    [
      'C.4 requests with Huffman',
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
      [request1, request2, request3],
    ],
    [
      'C.5 responses without Huffman, with eviction',
      [
        `${table256} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
         2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04
         677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49
         553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
      ],
      [response1, response2, response3],
    ],
    [
      'C.6 responses with Huffman, with eviction',
      [
        `${table256} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7
         821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed
         4ee5 b106 3d50 07`,
      ],
      [response1, response2, response3],
    ],
  ])('%s', (_name, blocks, lists) => {
    const decoder = new HpackDecoder();
    expect(blocks.map((hex) => shown(decoder.decode(bytes(hex))))).toEqual(lists);
  });

  it('takes numbers of several bytes (C.1.2)', () => {
    const value = 'x'.repeat(1337);
    const block = Buffer.concat([bytes('0001 61 7f ba09'), Buffer.from(value)]);
    expect(new HpackDecoder().decode(block)).toEqual(['a', value]);
  });

  it('keeps bytes beyond ASCII as characters of the same number', () => {
    expect(new HpackDecoder().decode(bytes('00 01 61 02 ff80'))).toEqual(['a', '\xff\x80']);
  });

  it('forgets the oldest fields when the table is made smaller, and all of a field above its size', () => {
    const decoder = new HpackDecoder();
    decoder.decode(bytes('40 01 61 01 62'));
    expect(decoder.decode(bytes('be'))).toEqual(['a', 'b']);
    decoder.decode(Buffer.concat([bytes('40 01 63 7f 811f'), Buffer.alloc(4096, 'x')]));
    expect(() => decoder.decode(bytes('be'))).toThrow('field 62');
    expect(decoder.decode(bytes('20 3fe11f 82'))).toEqual([':method', 'GET']);
  });
});

describe('a header block is refused', () => {
  it.each([
    ['when it refers to field 0', '80', Http2Code.COMPRESSION_ERROR],
    ['when it refers to a field that nobody added', 'be', Http2Code.COMPRESSION_ERROR],
    ['when its literal refers to such a name', '7f00 0161', Http2Code.COMPRESSION_ERROR],
    ['when it ends inside a number', '7f', Http2Code.COMPRESSION_ERROR],
    ['when a number is too large', '7f ffff ffff ffff ffff 7f', Http2Code.COMPRESSION_ERROR],
    ['when a number has no end', '7f 8080 8080 8080 8080 8080', Http2Code.COMPRESSION_ERROR],
    ['when it ends inside a string', '0001 6105 6161', Http2Code.COMPRESSION_ERROR],
    ['when it makes the table too large', '3fe2 1f', Http2Code.COMPRESSION_ERROR],
    ['when it changes the table behind a field', '8220', Http2Code.COMPRESSION_ERROR],
    ['when Huffman padding is not all ones', '0001 6181 00', Http2Code.COMPRESSION_ERROR],
    ['when Huffman padding is a byte long', '0001 6182 1fff', Http2Code.COMPRESSION_ERROR],
    [
      'when a Huffman code is the end of the string',
      '0001 6184 ffff ffff',
      Http2Code.COMPRESSION_ERROR,
    ],
  ])('%s', (_rule, hex, http2Code) => {
    expect(() => new HpackDecoder().decode(bytes(hex))).toThrow(
      expect.objectContaining({ http2Code }),
    );
  });

  it('when a few bytes stand for more than the limit', () => {
    const decoder = new HpackDecoder();
    decoder.decode(Buffer.concat([bytes('40 01 61 7f a11e'), Buffer.alloc(4000, 'x')]));
    expect(() => decoder.decode(Buffer.alloc(10_000, 0xbe))).toThrow(
      expect.objectContaining({ http2Code: Http2Code.ENHANCE_YOUR_CALM }),
    );
  });
});
