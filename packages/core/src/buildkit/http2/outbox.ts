import type { Duplex } from 'node:stream';
import { SendWindow } from './flow-window.js';
import { encodeFrameHead, encodeHeaderFrames, FrameFlag, FrameType } from './frames/frames.js';
import { maxUnsentBytes, maxUnsentReplies } from './frames/limits.js';
import { defaultWindowBytes, type PeerSettings } from './frames/settings.js';
import type { HeaderList } from './hpack/header-list.js';
import { HpackEncoder } from './hpack/hpack-encoder.js';
import type { OutputQueue } from './output-queue.js';

/** A stream as far as sending it goes. */
export interface OutgoingStream {
  readonly id: number;
  readonly output: OutputQueue;
  /** Its last frame is on its way. */
  onSent(): void;
}

/**
 * All frames that go out.
 *
 * What is sent in one turn of the event loop leaves as one write of the byte stream. Bodies take
 * turns, a frame each, as far as windows allow and the byte stream keeps up; they are never copied.
 */
export class Outbox {
  readonly window = new SendWindow(defaultWindowBytes);
  readonly #connection: Duplex;
  readonly #peer: PeerSettings;
  readonly #onMoved: () => void;
  readonly #encoder = new HpackEncoder();
  /** Streams that may have something to send. */
  readonly #senders = new Set<OutgoingStream>();
  #frames: Uint8Array[] = [];
  #framesBytes = 0;
  /** Handed to the byte stream, which still has it. */
  #unsentBytes = 0;
  #replies = 0;
  #flushing = false;
  #closed = false;

  /** `onMoved` is called when the byte stream has got rid of something. */
  constructor(connection: Duplex, peer: PeerSettings, onMoved: () => void) {
    this.#connection = connection;
    this.#peer = peer;
    this.#onMoved = onMoved;
  }

  send(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#frames.push(frame);
    this.#framesBytes += frame.length;
    this.#flushSoon();
  }

  /** As `send`, for what the peer's frames make us say. */
  reply(frame: Uint8Array): void {
    this.#replies++;
    this.send(frame);
  }

  /** Whether the peer makes us answer without reading the answers. */
  get isOverwhelmed(): boolean {
    return this.#replies > maxUnsentReplies;
  }

  sendHeaders(streamId: number, list: HeaderList, endsStream: boolean): void {
    const block = this.#encoder.encode(list);
    const frames = encodeHeaderFrames(streamId, block, endsStream, this.#peer.frameBytes);
    for (const frame of frames) this.send(frame);
  }

  /** Says that the stream's queue, or a window, has changed. */
  resume(stream: OutgoingStream): void {
    if (this.#closed) return;
    this.#senders.add(stream);
    this.#flushSoon();
  }

  /** The connection's window was widened. */
  resumeAll(): void {
    if (this.#senders.size > 0) this.#flushSoon();
  }

  drop(stream: OutgoingStream): void {
    this.#senders.delete(stream);
  }

  /** Sends what waits at once, as far as it goes, and nothing after that. */
  close(): void {
    this.#senders.clear();
    this.#flush();
    this.#closed = true;
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#closed) return;
    this.#gatherBodies();
    if (this.#frames.length > 0) this.#handOver();
  }

  #gatherBodies(): void {
    let moved = true;
    while (moved && this.#hasRoom) {
      moved = false;
      for (const stream of this.#senders) {
        if (this.#sendOne(stream)) moved = true;
      }
    }
  }

  get #hasRoom(): boolean {
    return this.#unsentBytes + this.#framesBytes < maxUnsentBytes;
  }

  /** Sends the next frame of a stream; false when there is none that may be sent now. */
  #sendOne(stream: OutgoingStream): boolean {
    const { output } = stream;
    if (output.bytes > 0) return this.#sendData(stream);
    this.#senders.delete(stream);
    if (!output.ending) return false;
    this.#sendEnd(stream, output.ending.trailers);
    return true;
  }

  #sendData(stream: OutgoingStream): boolean {
    const { output, id } = stream;
    if (output.window.bytes <= 0) this.#senders.delete(stream);
    const bytes = Math.min(
      output.bytes,
      output.window.bytes,
      this.window.bytes,
      this.#peer.frameBytes,
    );
    if (bytes <= 0) return false;
    const ends = bytes === output.bytes && output.ending !== undefined && !output.ending.trailers;
    this.#frames.push(encodeFrameHead(FrameType.DATA, ends ? FrameFlag.END_STREAM : 0, id, bytes));
    output.moveTo(this.#frames, bytes);
    this.#framesBytes += bytes;
    output.window.bytes -= bytes;
    this.window.bytes -= bytes;
    if (ends) {
      this.#senders.delete(stream);
      stream.onSent();
    }
    return true;
  }

  #sendEnd(stream: OutgoingStream, trailers: HeaderList | undefined): void {
    if (trailers) this.sendHeaders(stream.id, trailers, true);
    else this.send(encodeFrameHead(FrameType.DATA, FrameFlag.END_STREAM, stream.id, 0));
    stream.onSent();
  }

  #handOver(): void {
    const frames = this.#frames;
    const bytes = this.#framesBytes;
    this.#frames = [];
    this.#framesBytes = 0;
    this.#unsentBytes += bytes;
    this.#connection.cork();
    for (const [index, frame] of frames.entries()) {
      if (index < frames.length - 1) this.#connection.write(frame);
      else this.#connection.write(frame, () => this.#onWritten(bytes));
    }
    this.#connection.uncork();
  }

  #onWritten(bytes: number): void {
    this.#unsentBytes -= bytes;
    this.#replies = 0;
    this.#onMoved();
    if (this.#senders.size > 0) this.#flushSoon();
  }
}
