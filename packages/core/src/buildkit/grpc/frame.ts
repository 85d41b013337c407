import { WarmdockError } from '../../errors.js';

/** Each gRPC message is led by a zero byte (not compressed) and its length in 32 bits. */
export const messageHeadBytes = 5;

/** BuildKit's own limit is 16 MiB a message; anything above it is a broken or hostile peer. */
export const maxMessageBytes = 16 * 1024 * 1024 + 64 * 1024;

export function writeFrameHead(target: Buffer, at: number, messageBytes: number): void {
  target[at] = 0;
  target.writeUInt32BE(messageBytes, at + 1);
}

/** The messages as one buffer of frames. */
export function encodeFrames(messages: readonly Uint8Array[]): Buffer {
  let sizeBytes = 0;
  for (const message of messages) sizeBytes += messageHeadBytes + message.length;
  const frames = Buffer.allocUnsafe(sizeBytes);
  let at = 0;
  for (const message of messages) {
    writeFrameHead(frames, at, message.length);
    frames.set(message, at + messageHeadBytes);
    at += messageHeadBytes + message.length;
  }
  return frames;
}

/**
 * Cuts a byte stream into gRPC messages.
 *
 * A message that lies within one chunk is a view of it, not a copy.
 */
export class FrameReader {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #wantedBytes = messageHeadBytes;

  /** The messages that `chunk` completes, in order; throws `PROTOCOL` on compressed or oversized ones. */
  push(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#wantedBytes) return [];
    return this.#cut(this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending));
  }

  /** Whether the stream stopped inside a message. */
  get partial(): boolean {
    return this.#pendingBytes > 0;
  }

  #cut(bytes: Buffer): Buffer[] {
    const messages: Buffer[] = [];
    let at = 0;
    this.#wantedBytes = messageHeadBytes;
    while (bytes.length - at >= messageHeadBytes) {
      const end = at + messageHeadBytes + messageLength(bytes, at);
      if (end > bytes.length) {
        this.#wantedBytes = end - at;
        break;
      }
      messages.push(bytes.subarray(at + messageHeadBytes, end));
      at = end;
    }
    this.#pending = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#pendingBytes = bytes.length - at;
    return messages;
  }
}

function messageLength(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0) {
    throw new WarmdockError(
      'PROTOCOL',
      'gRPC peer sent a compressed message that nobody asked for',
    );
  }
  const length = bytes.readUInt32BE(at + 1);
  if (length > maxMessageBytes) {
    throw new WarmdockError(
      'PROTOCOL',
      `gRPC peer sent a message of ${length} bytes, above the limit of ${maxMessageBytes}`,
    );
  }
  return length;
}
