import { ConnectionFault, Http2Code } from '../frames/faults.js';

/**
 * How many bits each byte takes, and at last the end-of-string symbol (RFC 7541 Appendix B), as
 * digits of base 36.
 *
 * The lengths are the whole code: codes of one length are numbered in the order of their bytes, and
 * go on where the shorter ones ended.
 */
const lengthDigits =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq' +
  'u';

const endOfString = 256;
const longestBits = 30;

interface HuffmanCode {
  /** By length: the first code, how many there are, where their symbols begin. */
  readonly first: readonly number[];
  readonly count: readonly number[];
  readonly symbolsAt: readonly number[];
  readonly symbols: readonly number[];
}

let made: HuffmanCode | undefined;

/** The bytes of a Huffman-coded string; throws `ConnectionFault` when it is none. */
export function huffmanDecode(coded: Buffer): Buffer {
  made ??= makeCode();
  const { first, count, symbolsAt, symbols } = made;
  const decoded = Buffer.allocUnsafe(Math.ceil((coded.length * 8) / 5));
  let decodedBytes = 0;
  let code = 0;
  let bits = 0;
  for (const byte of coded) {
    for (let shift = 7; shift >= 0; shift--) {
      code = (code << 1) | ((byte >> shift) & 1);
      bits++;
      const index = code - (first[bits] ?? 0);
      if (index >= (count[bits] ?? 0)) continue;
      const symbol = symbols[(symbolsAt[bits] ?? 0) + index] ?? endOfString;
      if (symbol === endOfString) throw malformed();
      decoded[decodedBytes++] = symbol;
      code = 0;
      bits = 0;
    }
  }
  // The rest is padding: less than a byte, the beginning of the end-of-string code, which is all ones.
  if (bits > 7 || code !== (1 << bits) - 1) throw malformed();
  return decoded.subarray(0, decodedBytes);
}

function makeCode(): HuffmanCode {
  const byLength: number[][] = Array.from({ length: longestBits + 1 }, () => []);
  Array.from(lengthDigits, (digit, symbol) => byLength[Number.parseInt(digit, 36)]?.push(symbol));
  const count = byLength.map((symbols) => symbols.length);
  const first: number[] = [];
  const symbolsAt: number[] = [];
  let code = 0;
  let at = 0;
  for (const [bits, ofLength] of count.entries()) {
    first[bits] = code;
    symbolsAt[bits] = at;
    code = (code + ofLength) * 2;
    at += ofLength;
  }
  return { first, count, symbolsAt, symbols: byLength.flat() };
}

function malformed(): ConnectionFault {
  return new ConnectionFault(Http2Code.COMPRESSION_ERROR, 'a header has a broken Huffman code');
}
