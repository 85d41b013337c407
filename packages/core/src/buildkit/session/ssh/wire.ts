import { WarmdockError } from '../../../errors.js';

/** The binary forms of the ssh protocols (RFC 4251): strings and big numbers after their lengths. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A number that is not negative, from its bytes. */
export function sshNumber(magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.alloc(0) : Buffer.from(magnitude.subarray(first));
  return sshString((digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

/** Reads such a form from its beginning; throws `INVALID_ARGUMENT` where it ends too early. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  /** The bytes of a number, without leading zeros. */
  number(): Buffer {
    const bytes = this.string();
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  }

  text(): string {
    return this.string().toString('latin1');
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length)
      throw new WarmdockError('INVALID_ARGUMENT', 'ssh data ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
