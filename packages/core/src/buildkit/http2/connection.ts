import type { Duplex } from 'node:stream';
import { messageOf } from '../../errors.js';
import { ReceiveWindow } from './flow-window.js';
import { ConnectionFault, codeName, Http2Code, Silence } from './frames/faults.js';
import { FloodGuard } from './frames/flood-guard.js';
import { clientPreface, FrameParser } from './frames/frame-parser.js';
import {
  encodeFrame,
  encodeGoaway,
  encodeNumberFrame,
  FrameFlag,
  FrameType,
  max31Bits,
  priorityBytes,
  withoutPadding,
} from './frames/frames.js';
import { freeStreamMs, futileFrames, maxHeaderListBytes, settingsMs } from './frames/limits.js';
import { defaultWindowBytes, encodeSettings, PeerSettings, Setting } from './frames/settings.js';
import { HeaderBlock } from './hpack/header-block.js';
import { checkSendable, type HeaderList } from './hpack/header-list.js';
import { HpackDecoder } from './hpack/hpack-decoder.js';
import { Keepalive, type KeepaliveOptions } from './keepalive.js';
import { Outbox } from './outbox.js';
import { type Http2Stream, Stream, type StreamHost } from './stream.js';
import { WaitingRequests } from './waiting-requests.js';

export interface ConnectionOptions {
  readonly role: 'client' | 'server';
  /** How much one stream may bring before its reader has read it, at least 64 KB; bounds what a slow reader keeps. */
  readonly streamWindowBytes: number;
  /** How much may be on its way on all streams together, above 64 KB. */
  readonly connectionWindowBytes: number;
  /** How long the peer may take for its settings and for acknowledging ours, default 20 s. */
  readonly settingsMs?: number | undefined;
  /** How long requests may wait until the peer has room for one of them, default 25 s; of clients. */
  readonly freeStreamMs?: number | undefined;
  /** When a silent peer is asked whether it is still there, default never. */
  readonly keepalive?: KeepaliveOptions | undefined;
  /** How many requests the peer may have open at once; of servers. */
  readonly maxStreams?: number;
  /** A request came; of servers. */
  readonly onStream?: (stream: Http2Stream) => void;
  /** Bytes came or left. */
  readonly onMoved?: () => void;
  /** The peer takes no more requests; those it has it may still answer. */
  readonly onGoaway?: (why: Error) => void;
  /** The connection has ended; called once, before its streams hear of it. */
  readonly onEnd: (why: Error) => void;
}

/** One side of an HTTP/2 connection. */
export interface Http2Connection {
  /** Whether the peer has shown that it speaks HTTP/2. */
  readonly greeted: boolean;
  /**
   * Sends a request; waits for its turn when the peer takes no more at once.
   *
   * Throws `INVALID_ARGUMENT` for headers that cannot be sent. On a connection that has ended, or
   * whose peer goes away, the stream fails; it fails with `StreamLimit` when its turn does not come.
   */
  request(headers: HeaderList): Http2Stream;
  /** Ends the connection and its streams. */
  close(): void;
}

/**
 * Speaks HTTP/2 (RFC 9113) on an open byte stream, without push and priorities.
 *
 * A peer that breaks the rules ends the connection: it is told by GOAWAY, `onEnd` gets the
 * `ConnectionFault`, and the byte stream is destroyed with it.
 */
export function openConnection(byteStream: Duplex, options: ConnectionOptions): Http2Connection {
  return new Connection(byteStream, options);
}

/** How long a peer that does not read may keep the end of a connection from being final. */
const farewellMs = 1_000;

const pingPayload = Buffer.from('warmdock');

type FrameHandler = (flags: number, streamId: number, payload: Buffer) => void;

class Connection implements Http2Connection {
  greeted = false;
  readonly #byteStream: Duplex;
  readonly #options: ConnectionOptions;
  readonly #peer: PeerSettings;
  readonly #parser: FrameParser;
  readonly #decoder = new HpackDecoder();
  readonly #outbox: Outbox;
  readonly #host: StreamHost;
  readonly #window: ReceiveWindow;
  readonly #futile = new FloodGuard(futileFrames);
  readonly #streams = new Map<number, Stream>();
  readonly #waiting: WaitingRequests;
  readonly #keepalive: Keepalive | undefined;
  readonly #handlers: Readonly<Record<number, FrameHandler>> = {
    [FrameType.HEADERS]: (flags, streamId, payload) => this.#onHeaders(flags, streamId, payload),
    [FrameType.RST_STREAM]: (_, streamId, payload) => this.#onReset(streamId, payload),
    [FrameType.SETTINGS]: (flags, _, payload) => this.#onSettings(flags, payload),
    [FrameType.PUSH_PROMISE]: () => this.#onPush(),
    [FrameType.PING]: (flags, _, payload) => this.#onPing(flags, payload),
    [FrameType.GOAWAY]: (_flags, _, payload) => this.#onGoaway(payload),
    [FrameType.WINDOW_UPDATE]: (_, streamId, payload) => this.#onWindowUpdate(streamId, payload),
    [FrameType.CONTINUATION]: (flags, streamId, payload) =>
      this.#onContinuation(flags, streamId, payload),
  };
  #block: HeaderBlock | undefined;
  /** The last stream that each side has opened. */
  #lastOwnId: number;
  #lastPeerId = 0;
  /** Runs until our settings are acknowledged. */
  #settingsTimer: NodeJS.Timeout | undefined;
  #goneAway: Error | undefined;
  #ended: Error | undefined;

  constructor(byteStream: Duplex, options: ConnectionOptions) {
    const { role } = options;
    this.#byteStream = byteStream;
    this.#options = options;
    this.#peer = new PeerSettings(role);
    this.#waiting = new WaitingRequests(options.freeStreamMs ?? freeStreamMs);
    this.#lastOwnId = role === 'client' ? -1 : 0;
    this.#parser = new FrameParser(
      {
        data: (streamId, piece, paddingBytes, ends) =>
          this.#onData(streamId, piece, paddingBytes, ends),
        frame: (type, flags, streamId, payload) => this.#onFrame(type, flags, streamId, payload),
      },
      role === 'client' ? 'server' : 'client',
    );
    this.#outbox = new Outbox(byteStream, this.#peer, () => this.#onSent());
    this.#host = this.#hostOfStreams();
    this.#window = new ReceiveWindow(options.connectionWindowBytes);
    this.#keepalive = options.keepalive && this.#keepAlive(options.keepalive);
    this.#greet();
    byteStream
      .on('data', (chunk: Buffer) => this.#onChunk(chunk))
      .on('error', (error) => this.#end(error))
      .once('end', () => this.#end(new Error('the peer closed the connection')))
      .once('close', () => this.#end(new Error('the connection was closed')));
    // What has ended before says nothing more.
    if (byteStream.destroyed || byteStream.readableEnded)
      process.nextTick(() => this.#end(new Error('the connection was closed')));
  }

  request(headers: HeaderList): Http2Stream {
    checkSendable(headers);
    const stream = this.#newStream();
    const gone = this.#ended ?? this.#goneAway;
    if (gone) {
      stream.failUnheard(gone);
    } else if (this.#hasRoom) {
      this.#open(stream, headers);
    } else {
      this.#waiting.add(stream, headers, this.#peer.maxStreams);
    }
    return stream;
  }

  close(): void {
    if (this.#ended) return;
    this.#outbox.send(encodeGoaway(this.#lastPeerId, Http2Code.NO_ERROR, ''));
    this.#end(new Error('the connection was closed by this side'));
  }

  #greet(): void {
    const { role, streamWindowBytes, connectionWindowBytes, maxStreams = 0 } = this.#options;
    if (role === 'client') this.#outbox.send(clientPreface);
    this.#outbox.send(
      encodeSettings([
        role === 'client' ? [Setting.ENABLE_PUSH, 0] : [Setting.MAX_CONCURRENT_STREAMS, maxStreams],
        [Setting.INITIAL_WINDOW_SIZE, streamWindowBytes],
        [Setting.MAX_HEADER_LIST_SIZE, maxHeaderListBytes],
      ]),
    );
    this.#widen(0, connectionWindowBytes - defaultWindowBytes);
    this.#settingsTimer = setTimeout(
      () => this.#onSettingsLate(),
      this.#options.settingsMs ?? settingsMs,
    ).unref();
  }

  /** RFC 9113 §6.5.3. */
  #onSettingsLate(): void {
    const what = this.greeted ? 'did not acknowledge our settings' : 'did not answer';
    this.#fail(new ConnectionFault(Http2Code.SETTINGS_TIMEOUT, `the peer ${what} in time`));
  }

  #keepAlive(options: KeepaliveOptions): Keepalive {
    return new Keepalive(options, {
      isBusy: () => this.#streams.size > 0,
      sendPing: () => this.#outbox.send(encodeFrame(FrameType.PING, 0, 0, pingPayload)),
      onDead: (silentMs) => this.#end(new Silence(silentMs)),
    });
  }

  #widen(streamId: number, bytes: number): void {
    this.#outbox.send(encodeNumberFrame(FrameType.WINDOW_UPDATE, streamId, bytes));
  }

  #hostOfStreams(): StreamHost {
    return {
      sendHeaders: (stream, headers) => this.#outbox.sendHeaders(stream.id, headers, false),
      resume: (stream) => {
        if (stream.id > 0) this.#outbox.resume(stream);
      },
      widen: (stream, bytes) => this.#widen(stream.id, bytes),
      sendReset: (stream, http2Code) => this.#sendReset(stream.id, http2Code),
      forget: (stream) => this.#forget(stream),
    };
  }

  #newStream(): Stream {
    const { role, streamWindowBytes } = this.#options;
    return new Stream(this.#host, role, {
      send: this.#peer.windowBytes,
      receive: streamWindowBytes,
    });
  }

  get #hasRoom(): boolean {
    return this.#streams.size < this.#peer.maxStreams;
  }

  #open(stream: Stream, headers: HeaderList): void {
    if (this.#lastOwnId + 2 > max31Bits) {
      stream.fail(new Error('all streams of the connection are used up'));
      return;
    }
    stream.id = this.#lastOwnId + 2;
    this.#outbox.sendHeaders(stream.id, headers, false);
    this.#lastOwnId = stream.id;
    this.#streams.set(stream.id, stream);
    this.#keepalive?.begin();
    this.#outbox.resume(stream);
  }

  #openWaiting(): void {
    while (this.#hasRoom) {
      const next = this.#waiting.take();
      if (!next) return;
      this.#open(...next);
    }
  }

  #sendReset(streamId: number, http2Code: number): void {
    if (streamId === 0) return;
    this.#outbox.reply(encodeNumberFrame(FrameType.RST_STREAM, streamId, http2Code));
  }

  #forget(stream: Stream): void {
    this.#outbox.drop(stream);
    this.#streams.delete(stream.id);
    this.#waiting.drop(stream);
    if (this.#ended) return;
    this.#openWaiting();
    if (this.#goneAway && this.#streams.size === 0) this.#end(this.#goneAway);
  }

  #onSent(): void {
    if (this.#ended) return;
    this.#keepalive?.sent();
    this.#options.onMoved?.();
  }

  #onChunk(chunk: Buffer): void {
    if (this.#ended) return;
    this.#keepalive?.heard();
    this.#options.onMoved?.();
    try {
      this.#parser.push(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const http2Code = error instanceof ConnectionFault ? error.http2Code : Http2Code.INTERNAL_ERROR;
    const why = error instanceof Error ? error : new Error(messageOf(error));
    this.#outbox.send(encodeGoaway(this.#lastPeerId, http2Code, why.message));
    this.#end(why, why);
  }

  /** `fault` is told to whoever else watches the byte stream. */
  #end(why: Error, fault?: Error): void {
    if (this.#ended) return;
    this.#ended = why;
    clearTimeout(this.#settingsTimer);
    this.#keepalive?.stop();
    this.#outbox.close();
    this.#options.onEnd(why);
    for (const stream of [...this.#streams.values(), ...this.#waiting.streams]) stream.fail(why);
    this.#hangUp(fault);
  }

  /** Destroys the byte stream when our last word has left, or soon when the peer does not take it. */
  #hangUp(fault: Error | undefined): void {
    const destroy = () => this.#byteStream.destroy(fault);
    if (this.#byteStream.destroyed || this.#byteStream.writableLength === 0) {
      destroy();
      return;
    }
    const impatience = setTimeout(destroy, farewellMs).unref();
    this.#byteStream.once('close', () => clearTimeout(impatience)).end(destroy);
  }

  /**
   * The connection's window is given back at once, as only the streams' windows hold the peer back: a
   * stream that nobody reads must not stop the others.
   */
  #onData(streamId: number, piece: Buffer, paddingBytes: number, endsStream: boolean): void {
    if (this.#ended) return;
    this.#expectNoContinuation();
    this.#keepalive?.answered();
    const bytes = piece.length + paddingBytes;
    if (!this.#window.receive(bytes))
      throw new ConnectionFault(
        Http2Code.FLOW_CONTROL_ERROR,
        'the peer sent more than the connection allows',
      );
    const increment = this.#window.use(bytes);
    if (increment > 0) this.#widen(0, increment);
    if (piece.length === 0 && !endsStream) this.#futile.count();
    this.#streamOf(streamId)?.onData(piece, paddingBytes, endsStream);
  }

  #onFrame(type: number, flags: number, streamId: number, payload: Buffer): void {
    if (this.#ended) return;
    if (this.#outbox.isOverwhelmed)
      throw new ConnectionFault(
        Http2Code.ENHANCE_YOUR_CALM,
        'the peer makes us answer faster than it reads',
      );
    if (type !== FrameType.CONTINUATION) this.#expectNoContinuation();
    this.#handlers[type]?.(flags, streamId, payload);
    // PRIORITY, and what is unknown (RFC 9113 §5.5).
    if (!this.#handlers[type]) this.#futile.count();
  }

  #expectNoContinuation(): void {
    if (this.#block) throw violation('the peer broke off a header block');
  }

  /** A stream that lives; `undefined` for one that is over, and throws for one that never was. */
  #streamOf(streamId: number): Stream | undefined {
    const stream = this.#streams.get(streamId);
    if (stream) return stream;
    const lastId = this.#isOurs(streamId) ? this.#lastOwnId : this.#lastPeerId;
    if (streamId > lastId)
      throw violation(`the peer speaks of stream ${streamId}, which is not open`);
    return undefined;
  }

  /** Clients' streams have odd numbers (RFC 9113 §5.1.1). */
  #isOurs(streamId: number): boolean {
    return (streamId % 2 === 1) === (this.#options.role === 'client');
  }

  #onHeaders(flags: number, streamId: number, payload: Buffer): void {
    this.#keepalive?.answered();
    const content = withoutPadding(flags, payload);
    const skippedBytes = flags & FrameFlag.PRIORITY ? priorityBytes : 0;
    if (content.length < skippedBytes) throw violation('a HEADERS frame has too much padding');
    this.#block = new HeaderBlock(streamId, (flags & FrameFlag.END_STREAM) !== 0);
    this.#addToBlock(this.#block, flags, content.subarray(skippedBytes));
  }

  #onContinuation(flags: number, streamId: number, payload: Buffer): void {
    if (this.#block?.streamId !== streamId)
      throw violation('the peer continues a header block that it has not begun');
    this.#addToBlock(this.#block, flags, payload);
  }

  #addToBlock(block: HeaderBlock, flags: number, fragment: Buffer): void {
    block.add(fragment);
    if (!(flags & FrameFlag.END_HEADERS)) return;
    this.#block = undefined;
    const list = this.#decoder.decode(block.whole());
    const stream = this.#opensStream(block.streamId)
      ? this.#accept(block.streamId)
      : this.#streamOf(block.streamId);
    if (!stream) return;
    const isNew = stream.headers === undefined;
    stream.onHeaders(list, block.endsStream);
    if (isNew && !stream.closed) this.#options.onStream?.(stream);
  }

  #opensStream(streamId: number): boolean {
    return (
      this.#options.role === 'server' && !this.#isOurs(streamId) && streamId > this.#lastPeerId
    );
  }

  /** A stream that the peer opens, `undefined` when it has too many. */
  #accept(streamId: number): Stream | undefined {
    this.#lastPeerId = streamId;
    if (this.#streams.size >= (this.#options.maxStreams ?? 0)) {
      this.#sendReset(streamId, Http2Code.REFUSED_STREAM);
      return undefined;
    }
    const stream = this.#newStream();
    stream.id = streamId;
    this.#streams.set(streamId, stream);
    return stream;
  }

  #onPush(): never {
    throw violation('the peer pushes though it was told not to');
  }

  #onReset(streamId: number, payload: Buffer): void {
    this.#futile.count();
    this.#streamOf(streamId)?.onReset(payload.readUInt32BE(0));
  }

  #onSettings(flags: number, payload: Buffer): void {
    if (flags & FrameFlag.ACK) {
      if (!this.#settingsTimer) throw violation('the peer acknowledges what we did not set');
      clearTimeout(this.#settingsTimer);
      this.#settingsTimer = undefined;
      return;
    }
    if (!this.greeted) this.#peer.begin();
    this.greeted = true;
    const windowBytes = this.#peer.windowBytes;
    this.#peer.update(payload);
    this.#changeWindows(this.#peer.windowBytes - windowBytes);
    this.#outbox.reply(encodeFrame(FrameType.SETTINGS, FrameFlag.ACK, 0));
    this.#openWaiting();
  }

  /** A new initial size counts for open streams too (RFC 9113 §6.9.2). */
  #changeWindows(bytes: number): void {
    if (bytes === 0) return;
    for (const stream of [...this.#streams.values(), ...this.#waiting.streams]) {
      if (!stream.output.window.widen(bytes))
        throw new ConnectionFault(Http2Code.FLOW_CONTROL_ERROR, 'a window became too large');
      if (stream.id > 0) this.#outbox.resume(stream);
    }
  }

  #onPing(flags: number, payload: Buffer): void {
    if (flags & FrameFlag.ACK) this.#futile.count();
    else this.#outbox.reply(encodeFrame(FrameType.PING, FrameFlag.ACK, 0, payload));
  }

  /** What a server has not begun to work on fails now; the connection ends with the last of the rest. */
  #onGoaway(payload: Buffer): void {
    // A client's says only that it takes no pushes.
    if (this.#options.role === 'server') return;
    const lastId = payload.readUInt32BE(0) & max31Bits;
    const why = new Error(`the peer went away (${reasonIn(payload)})`);
    this.#goneAway ??= why;
    this.#options.onGoaway?.(why);
    const unheard = [...this.#streams.values()].filter(({ id }) => id > lastId);
    for (const stream of [...unheard, ...this.#waiting.streams]) stream.failUnheard(why);
    if (this.#streams.size === 0) this.#end(why);
  }

  #onWindowUpdate(streamId: number, payload: Buffer): void {
    const bytes = payload.readUInt32BE(0) & max31Bits;
    if (streamId > 0) {
      this.#streamOf(streamId)?.onWindowUpdate(bytes);
      return;
    }
    if (bytes === 0) throw violation('the peer widened the window by nothing');
    if (!this.#outbox.window.widen(bytes))
      throw new ConnectionFault(Http2Code.FLOW_CONTROL_ERROR, 'the window became too large');
    this.#outbox.resumeAll();
  }
}

function violation(message: string): ConnectionFault {
  return new ConnectionFault(Http2Code.PROTOCOL_ERROR, message);
}

/** Why a peer went away, by its GOAWAY. */
function reasonIn(payload: Buffer): string {
  const name = codeName(payload.readUInt32BE(4));
  const text = payload.toString('latin1', 8, 8 + 200).replace(/[^ -~]/g, '?');
  return text ? `${name}: ${text}` : name;
}
