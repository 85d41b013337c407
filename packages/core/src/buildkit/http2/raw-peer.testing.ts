import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type ConnectionOptions, type Http2Connection, openConnection } from './connection.js';
import type { Http2Stream } from './stream.js';

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Header blocks that consist of static fields alone: POST http /, and status 200. */
export const requestBlock = Buffer.from([0x83, 0x86, 0x84]);
export const responseBlock = Buffer.from([0x88]);

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A frame byte by byte; shares no code with what it tests. */
export function rawFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | readonly number[] = [],
): Buffer {
  const { length } = payload;
  const head = [length >> 16, length >> 8, length, type, flags];
  const id = [streamId >>> 24, streamId >> 16, streamId >> 8, streamId];
  return Buffer.concat([Buffer.from([...head, ...id]), Buffer.from(payload)]);
}

/** 32 bits. */
export function number32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** A setting, of 16 and 32 bits. */
export function setting(name: number, value: number): number[] {
  return [0, name, ...number32(value)];
}

/** The other end of a connection, frame by frame. */
export class RawPeer {
  /** What came, in order. */
  readonly frames: RawFrame[] = [];
  readonly byteStream: Duplex;
  #rest: Buffer;

  constructor(byteStream: Duplex, skippedBytes: number) {
    this.byteStream = byteStream;
    this.#rest = Buffer.alloc(0);
    byteStream
      .on('error', () => {})
      .on('data', (chunk: Buffer) => {
        this.#rest = Buffer.concat([this.#rest, chunk]);
        if (skippedBytes > 0 && this.#rest.length >= skippedBytes) {
          this.#rest = this.#rest.subarray(skippedBytes);
          skippedBytes = 0;
        }
        if (skippedBytes === 0) this.#cut();
      });
  }

  send(...frames: readonly Buffer[]): void {
    this.byteStream.write(Buffer.concat(frames));
  }

  /** The first frame of this type that is there, or comes. */
  async next(type: number): Promise<RawFrame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.type === type);
      if (found) {
        this.frames.splice(this.frames.indexOf(found), 1);
        return found;
      }
      if (this.byteStream.readableEnded) throw new Error(`no frame of type ${type} came`);
      await setImmediate();
    }
  }

  /** All bytes of DATA on a stream so far. */
  dataBytes(streamId: number): number {
    return this.frames
      .filter((frame) => frame.type === 0 && frame.streamId === streamId)
      .reduce((sum, { payload }) => sum + payload.length, 0);
  }

  #cut(): void {
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return;
      const [, , , type = 0, flags = 0] = this.#rest;
      const streamId = this.#rest.readUInt32BE(5);
      this.frames.push({ type, flags, streamId, payload: this.#rest.subarray(9, end) });
      this.#rest = this.#rest.subarray(end);
    }
  }
}

export interface TestConnection {
  readonly connection: Http2Connection;
  /** Our end of the byte stream. */
  readonly ours: Duplex;
  readonly peer: RawPeer;
  /** The requests that came. */
  readonly streams: Http2Stream[];
  readonly ended: Promise<Error>;
}

export const windows = { streamWindowBytes: 100_000, connectionWindowBytes: 200_000 };

/** One of our connections and, at its other end, nobody but the test. */
export function startConnection(
  role: 'client' | 'server',
  options: Partial<ConnectionOptions> = {},
): TestConnection {
  const [ours, theirs] = duplexPair();
  const peer = new RawPeer(theirs, role === 'client' ? preface.length : 0);
  const streams: Http2Stream[] = [];
  let connection: Http2Connection | undefined;
  const ended = new Promise<Error>((onEnd) => {
    connection = openConnection(ours, {
      role,
      ...windows,
      maxStreams: 10,
      onStream: (stream) => streams.push(stream),
      onEnd,
      ...options,
    });
  });
  if (!connection) throw new Error('unreachable');
  onTestFinished(() => void ours.destroy());
  return { connection, ours, peer, streams, ended };
}

/** As `startConnection`, with greetings exchanged. */
export function startGreeted(
  role: 'client' | 'server',
  options: Partial<ConnectionOptions> = {},
  settings: readonly number[] = [],
): TestConnection {
  const started = startConnection(role, options);
  if (role === 'server') started.peer.send(preface);
  started.peer.send(rawFrame(4, 0, 0, settings));
  return started;
}

/** Lets everything happen that is under way in this process. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

export async function readAll(stream: Http2Stream): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const pieces of stream.body) all.push(...pieces);
  return Buffer.concat(all);
}
