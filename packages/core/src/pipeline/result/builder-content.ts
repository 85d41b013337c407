import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallContext } from '../../call-context.js';
import type {
  CallOptions,
  ContentSource,
  FetchOptions,
  UnsizedDescriptor,
} from '../../content/content.js';
import { isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { totalSize } from '../image/image.js';
import type { RepeatableSolve } from './image-solve.js';
import type { WantedBlobs } from './receive-image.js';
import { repeatOf } from './repeat-solve.js';
import type { SpoolWindows } from './spool-windows.js';
import { type DisposableSource, isSmall } from './temporary-source.js';

function isLarge(blob: UnsizedDescriptor): blob is Descriptor {
  return blob.size !== undefined && !isSmall(blob as Descriptor);
}

/**
 * The blobs of a build's result: read straight from the builder's content store, and where they are
 * lazy or already collected, sent by the builder through the session of a further, cached solve.
 *
 * The first way is several times faster, the second cannot race the builder's garbage collection; it
 * sends layers in windows, so that few of them have to be kept here at a time.
 * `spool` has what the first solve sent already, `inputs` is what both solves read; they are disposed
 * of with the rest.
 */
export function builderContent(
  solved: RepeatableSolve,
  kept: KeptOfSolve,
  context: CallContext,
): DisposableSource {
  return new BuilderContent(solved, kept, context);
}

/** What outlives the first solve. */
export interface KeptOfSolve {
  readonly spool?: DisposableSource | undefined;
  readonly inputs?: AsyncDisposable | undefined;
  /** As in `RunOptions`. */
  readonly spoolSizeBytes?: number | undefined;
}

class BuilderContent implements DisposableSource {
  readonly #solved: RepeatableSolve;
  readonly #builder: BuildKit;
  readonly #context: CallContext;
  readonly #spools: DisposableSource[];
  readonly #inputs: AsyncDisposable | undefined;
  readonly #spoolSizeBytes: number | undefined;
  #windows: Promise<SpoolWindows> | undefined;
  #spooling: Promise<DisposableSource> | undefined;

  constructor(
    solved: RepeatableSolve,
    { spool, inputs, spoolSizeBytes }: KeptOfSolve,
    context: CallContext,
  ) {
    this.#solved = solved;
    this.#builder = solved.builder;
    this.#context = context;
    this.#spools = spool ? [spool] : [];
    this.#inputs = inputs;
    this.#spoolSizeBytes = spoolSizeBytes;
  }

  async exists(descriptor: UnsizedDescriptor, options: CallOptions = {}): Promise<boolean> {
    if (await this.#kept(descriptor)) return true;
    return this.#builder.content.exists(descriptor, options);
  }

  async *fetch(
    descriptor: UnsizedDescriptor,
    options: FetchOptions = {},
  ): AsyncGenerator<Uint8Array> {
    const kept = await this.#kept(descriptor);
    if (kept) {
      yield* kept.fetch(descriptor, options);
      return;
    }
    let passedBytes = 0;
    try {
      for await (const chunk of this.#builder.content.fetch(descriptor, options)) {
        passedBytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!canSpool(error)) throw error;
      const sent = await this.#spoolOnce(descriptor, messageOf(error), options);
      // The builder may collect a blob while it is read.
      yield* without(passedBytes, sent.fetch(descriptor, options));
    }
  }

  async prepare(descriptors: readonly Descriptor[], options: CallOptions = {}): Promise<void> {
    const held = await Promise.all(
      descriptors.map((descriptor) => this.#isReadable(descriptor, options)),
    );
    const absent = descriptors.filter((_, at) => !held[at]);
    if (absent.length === 0) return;
    this.#notify(`${absent.length} of ${descriptors.length} layers are not in its content store`);
    await this.#addWindows(absent);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const windows = await this.#windows;
    await windows?.[Symbol.asyncDispose]();
    await Promise.all(this.#spools.splice(0).map((spool) => spool[Symbol.asyncDispose]()));
    await this.#inputs?.[Symbol.asyncDispose]();
  }

  async #isReadable(descriptor: UnsizedDescriptor, options: CallOptions): Promise<boolean> {
    try {
      return await this.exists(descriptor, options);
    } catch (error) {
      if (canSpool(error)) return false;
      throw error;
    }
  }

  /** What was sent, or will be when it is read. */
  async #kept(descriptor: UnsizedDescriptor): Promise<Pick<ContentSource, 'fetch'> | undefined> {
    for (const spool of this.#spools) if (await spool.exists(descriptor)) return spool;
    const windows = await this.#windows;
    return windows?.has(descriptor) ? windows : undefined;
  }

  /** Those who lack a blob at the same time wait for one solve: most likely it brings what they all want. */
  async #spoolOnce(
    wanted: UnsizedDescriptor,
    why: string,
    options: CallOptions,
  ): Promise<Pick<ContentSource, 'fetch'>> {
    while (this.#spooling) {
      await this.#spooling;
      const kept = await this.#kept(wanted);
      if (kept) return kept;
    }
    this.#notify(why);
    if (isLarge(wanted)) return this.#addWindows([wanted]);
    this.#spooling = this.#spoolWithSmall(wanted, options).finally(() => {
      this.#spooling = undefined;
    });
    return this.#spooling;
  }

  async #spoolWithSmall(
    wanted: UnsizedDescriptor,
    options: CallOptions,
  ): Promise<DisposableSource> {
    const wants = (blob: Descriptor) => blob.digest === wanted.digest || isSmall(blob);
    const spool = await this.#spool([wanted], { wants }, options);
    this.#spools.push(spool);
    return spool;
  }

  async #addWindows(layers: readonly Descriptor[]): Promise<SpoolWindows> {
    this.#windows ??= this.#makeWindows();
    const windows = await this.#windows;
    windows.add(layers);
    return windows;
  }

  async #makeWindows(): Promise<SpoolWindows> {
    const { SpoolWindows } = await import('./spool-windows.js');
    const { signal } = this.#context;
    return new SpoolWindows(
      (layers, closing) => {
        const digests = new Set(layers.map(({ digest }) => digest));
        const wants = ({ digest }: Descriptor) => digests.has(digest);
        const sizeBytes = totalSize(layers);
        const either = signal ? AbortSignal.any([signal, closing]) : closing;
        return this.#spool(layers, { wants, sizeBytes }, { signal: either });
      },
      { windowBytes: this.#spoolSizeBytes },
    );
  }

  async #spool(
    needed: readonly UnsizedDescriptor[],
    wanted: WantedBlobs,
    options: CallOptions,
  ): Promise<DisposableSource> {
    const { exportBlobs } = await import('./export-blobs.js');
    const context = { ...this.#context, ...options };
    const { spool } = await exportBlobs(repeatOf(this.#solved), wanted, context);
    try {
      for (const descriptor of needed) await this.#checkSpooled(spool, descriptor);
      return spool;
    } catch (error) {
      await spool[Symbol.asyncDispose]();
      throw error;
    }
  }

  #notify(why: string): void {
    const { name } = this.#builder;
    const message = `cannot read the image from builder ${name} (${why}); letting the builder send it instead`;
    this.#context.onProgress?.({ type: 'notice', message });
  }

  async #checkSpooled(spool: DisposableSource, blob: UnsizedDescriptor): Promise<void> {
    if (await spool.exists(blob)) return;
    throw new WarmdockError(
      'NOT_FOUND',
      `builder ${this.#builder.name} no longer has blob ${blob.digest} and rebuilt another image`,
      {
        hint: 'its cache was pruned during the build; build again',
      },
    );
  }
}

function canSpool(error: unknown): boolean {
  return isWarmdockError(error) && (error.code === 'NOT_FOUND' || error.code === 'UNSUPPORTED');
}

/** The chunks without their first bytes. */
async function* without(
  firstBytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = firstBytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}
