import type { PacketStream } from '../wire/packet-stream.js';

/** What the receiver was told of one entry, read by the field numbers of `fsutil.types.Stat`. */
export interface ReceivedStat {
  path: string;
  mode: number;
  linkname: string;
}

type Field = { number: number; value: number; bytes: Buffer };

const headBytes = 6;

/**
 * The other end of a transfer, as BuildKit behaves: notes STATs, asks for every regular file that it `wants`
 * as soon as it hears of it, collects contents, and finishes when it has them all. It knows the
 * protocol from its description and shares no code with the sender.
 */
export class TestReceiver implements PacketStream {
  readonly headBytes = headBytes;
  readonly stats: ReceivedStat[] = [];
  readonly contents = new Map<string, Buffer[]>();
  /** Types of all packets in their order. */
  readonly types: ('stat' | 'end of stats' | 'content' | 'end of content' | 'finish')[] = [];
  /** Sizes of all writes. */
  readonly writes: number[] = [];
  /** The text of the sender's error packet. */
  error: string | undefined;
  #open = 0;
  #inbox: Uint8Array[] = [];
  #ended = false;
  #wake = () => {};

  constructor(
    readonly wants: (path: string) => boolean = () => true,
    readonly backpressure: () => Promise<void> | undefined = () => undefined,
  ) {}

  get received(): AsyncIterable<readonly Uint8Array[]> {
    return this.#packets();
  }

  writeHead(target: Buffer, at: number, packetBytes: number): void {
    target.writeUInt16BE(0xfeed, at);
    target.writeUInt32BE(packetBytes, at + 2);
  }

  write(frames: Buffer): Promise<void> | undefined {
    this.writes.push(frames.length);
    for (let at = 0; at < frames.length; ) {
      if (frames.readUInt16BE(at) !== 0xfeed) throw new Error(`no frame at ${at}`);
      const end = at + headBytes + frames.readUInt32BE(at + 2);
      this.#accept(fieldsOf(frames.subarray(at + headBytes, end)));
      at = end;
    }
    return this.backpressure();
  }

  /** Sends a packet to the sender. */
  say(...packet: number[]): void {
    this.#inbox.push(Uint8Array.from(packet));
    this.#wake();
  }

  request(id: number): void {
    const varint = [];
    for (let rest = id; rest > 0; rest = Math.floor(rest / 128)) varint.push((rest % 128) | 128);
    if (varint.length > 0) varint.push(0);
    this.say(0x08, 1, ...(varint.length > 0 ? [0x18, ...varint] : []));
  }

  /** Ends the stream without another word. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  contentOf(path: string): Buffer {
    return Buffer.concat(this.contents.get(path) ?? []);
  }

  async *#packets() {
    for (;;) {
      if (this.#inbox.length > 0) yield this.#inbox.splice(0);
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #accept(fields: Field[]): void {
    const numberOf = (number: number) =>
      fields.find((field) => field.number === number)?.value ?? 0;
    const bytesOf = (number: number) => fields.find((field) => field.number === number)?.bytes;
    const accepts = [
      () => this.#acceptStat(bytesOf(2)),
      undefined,
      () => this.#acceptContent(numberOf(3), bytesOf(4)),
      () => this.types.push('finish'),
      () => (this.error = bytesOf(4)?.toString()),
    ];
    accepts[numberOf(1)]?.();
  }

  #acceptStat(stat: Buffer | undefined): void {
    this.types.push(stat ? 'stat' : 'end of stats');
    if (stat) this.#note(fieldsOf(stat));
    this.#finishIfDone();
  }

  #note(fields: Field[]): void {
    const find = (number: number) => fields.find((field) => field.number === number);
    const path = find(1)?.bytes.toString() ?? '';
    const linkname = find(7)?.bytes.toString() ?? '';
    const mode = find(2)?.value ?? 0;
    this.stats.push({ path, mode, linkname });
    if (mode > 0o777_7777 || linkname !== '' || !this.wants(path)) return;
    this.#open++;
    this.request(this.stats.length - 1);
  }

  #acceptContent(id: number, bytes: Buffer | undefined): void {
    this.types.push(bytes ? 'content' : 'end of content');
    const path = this.stats[id]?.path ?? '?';
    const content = this.contents.get(path) ?? [];
    this.contents.set(path, content);
    if (bytes) content.push(Buffer.from(bytes));
    else this.#open--;
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    if (this.types.includes('end of stats') && this.#open === 0) this.say(0x08, 3);
  }
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const value = varint();
    const end = (key & 7) === 2 ? at + value : at;
    fields.push({ number: key >> 3, value, bytes: message.subarray(at, end) });
    at = end;
  }
  return fields;
}
