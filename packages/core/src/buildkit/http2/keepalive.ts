/** When a silent peer is asked whether it is still there. */
export interface KeepaliveOptions {
  /** How long nothing may come while requests are open before it is asked by a PING, default 20 s. */
  readonly afterMs: number;
  /** How long its answer may take, default 15 s; bytes that leave on the way count as a sign of life. */
  readonly answerMs: number;
  /**
   * How far PINGs are apart while it sends neither headers nor bodies between them, default 5 min 10 s.
   *
   * gRPC's servers in Go end a connection with more than one in five minutes, unless they have sent
   * some of these (`keepalive.EnforcementPolicy`).
   */
  readonly quietMs: number;
}

export const defaultKeepalive: KeepaliveOptions = {
  afterMs: 20_000,
  answerMs: 15_000,
  quietMs: 310_000,
};

export interface KeepaliveHost {
  /** Whether requests are open. */
  isBusy(): boolean;
  sendPing(): void;
  /** The peer is gone. */
  onDead(silentMs: number): void;
}

/** Finds out that a peer is gone that has not said so, while something is expected of it. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #host: KeepaliveHost;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  /** When the peer was asked, or took something since; `undefined` when no answer is due. */
  #askedAt: number | undefined;
  #nextAskAt = 0;

  constructor(options: KeepaliveOptions, host: KeepaliveHost) {
    this.#options = options;
    this.#host = host;
  }

  /** A request was opened. */
  begin(): void {
    if (this.#timer) return;
    this.#heardAt = performance.now();
    this.#wait(this.#options.afterMs);
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = performance.now();
    if (this.#askedAt === undefined) return;
    this.#askedAt = undefined;
    this.#wait(this.#options.afterMs);
  }

  /** It was a piece of an answer. */
  answered(): void {
    this.#nextAskAt = 0;
  }

  /** Bytes have left. */
  sent(): void {
    if (this.#askedAt !== undefined) this.#askedAt = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(1, ms)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#host.isBusy()) {
      this.#askedAt = undefined;
      return;
    }
    const now = performance.now();
    const dueMs = this.#dueAt - now;
    if (dueMs > 0) this.#wait(dueMs);
    else if (this.#askedAt === undefined) this.#ask(now);
    else this.#host.onDead(now - this.#heardAt);
  }

  /** When something is to be done if nothing comes until then. */
  get #dueAt(): number {
    const { afterMs, answerMs } = this.#options;
    if (this.#askedAt !== undefined) return this.#askedAt + answerMs;
    return Math.max(this.#heardAt + afterMs, this.#nextAskAt);
  }

  #ask(now: number): void {
    this.#askedAt = now;
    this.#nextAskAt = now + this.#options.quietMs;
    this.#wait(this.#options.answerMs);
    this.#host.sendPing();
  }
}
