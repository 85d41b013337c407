import type { BuildKit } from '../buildkit/buildkit.js';
import type {
  CallOptions,
  ContentSource,
  FetchOptions,
  UnsizedDescriptor,
} from '../content/content.js';
import { isWarmdockError, messageOf, WarmdockError } from '../errors.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { BuildPlan } from './build-plan.js';
import type { OnProgress } from './progress.js';
import type { RunSolveOptions } from './run-build.js';

/** True for manifests and configs, and for layers too small to matter. */
export function isSmall({ size }: Descriptor): boolean {
  return size <= 1024 * 1024;
}

/** A source over temporary space; dispose of it when its blobs have been used. */
export interface DisposableSource extends ContentSource, AsyncDisposable {}

/**
 * The blobs of a build's result: read straight from the builder's content store, and where they are
 * lazy or already collected, sent by the builder through the session of a second, cached solve.
 *
 * The first way is several times faster, the second cannot race the builder's garbage collection.
 * `spool` has what the first solve sent already, `inputs` is what both solves read; they are disposed
 * of with the rest.
 */
export function builderContent(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
  kept: KeptOfSolve = {},
): DisposableSource {
  return new BuilderContent(plan, builder, options, kept);
}

/** What outlives the first solve. */
export interface KeptOfSolve {
  readonly spool?: DisposableSource | undefined;
  readonly inputs?: AsyncDisposable | undefined;
}

class BuilderContent implements DisposableSource {
  readonly #plan: BuildPlan;
  readonly #builder: BuildKit;
  readonly #options: RunSolveOptions;
  readonly #spools: DisposableSource[];
  readonly #inputs: AsyncDisposable | undefined;
  #spooling: Promise<DisposableSource> | undefined;

  constructor(
    plan: BuildPlan,
    builder: BuildKit,
    options: RunSolveOptions,
    { spool, inputs }: KeptOfSolve,
  ) {
    this.#spools = spool ? [spool] : [];
    this.#inputs = inputs;
    this.#plan = plan;
    this.#builder = builder;
    this.#options = options;
  }

  async exists(descriptor: UnsizedDescriptor, options: CallOptions = {}): Promise<boolean> {
    if (await this.#spoolWith(descriptor)) return true;
    return this.#builder.content.exists(descriptor, options);
  }

  async *fetch(
    descriptor: UnsizedDescriptor,
    options: FetchOptions = {},
  ): AsyncGenerator<Uint8Array> {
    const spool = await this.#spoolWith(descriptor);
    if (spool) {
      yield* spool.fetch(descriptor, options);
      return;
    }
    try {
      yield* this.#builder.content.fetch(descriptor, options);
    } catch (error) {
      if (!canSpool(error)) throw error;
      const sent = await this.#spoolOnce(descriptor, messageOf(error), options);
      yield* sent.fetch(descriptor, options);
    }
  }

  async prepare(descriptors: readonly Descriptor[], options: CallOptions = {}): Promise<void> {
    const held = await Promise.all(
      descriptors.map((descriptor) => this.#isReadable(descriptor, options)),
    );
    const absent = descriptors.filter((_, at) => !held[at]);
    if (absent.length === 0) return;
    await this.#spool(
      absent,
      `${absent.length} of ${descriptors.length} layers are not in its content store`,
      options,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
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

  async #spoolWith(descriptor: UnsizedDescriptor): Promise<DisposableSource | undefined> {
    for (const spool of this.#spools) if (await spool.exists(descriptor)) return spool;
    return undefined;
  }

  /** Those who lack a blob at the same time wait for one solve: most likely it brings what they all want. */
  async #spoolOnce(
    wanted: UnsizedDescriptor,
    why: string,
    options: CallOptions,
  ): Promise<DisposableSource> {
    while (this.#spooling) {
      await this.#spooling;
      const spool = await this.#spoolWith(wanted);
      if (spool) return spool;
    }
    this.#spooling = this.#spool([wanted], why, options).finally(() => {
      this.#spooling = undefined;
    });
    return this.#spooling;
  }

  async #spool(
    wanted: readonly UnsizedDescriptor[],
    why: string,
    options: CallOptions,
  ): Promise<DisposableSource> {
    notify(
      this.#options.onProgress,
      `cannot read the image from builder ${this.#builder.name} (${why}); letting the builder send it instead`,
    );
    const digests = new Set<Digest>(wanted.map(({ digest }) => digest));
    const { spoolImage } = await import('./spool-image.js');
    const isWanted = (blob: Descriptor) => digests.has(blob.digest) || isSmall(blob);
    const { spool } = await spoolImage(repeatOf(this.#plan), this.#builder, isWanted, {
      ...this.#options,
      ...options,
      onResult: undefined,
      cacheExports: this.#options.cacheExports?.filter(({ type }) => type === 'inline'),
    });
    this.#spools.push(spool);
    for (const descriptor of wanted) await this.#checkSpooled(spool, descriptor);
    return spool;
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

/**
 * The plan for the same image once more: every step is cached, also those that were told not to be.
 * Of the caches to write only an inline one counts again, as it is a part of the image.
 *
 * When the cache was pruned meanwhile, the builder builds again and the blobs may be others.
 */
function repeatOf(plan: BuildPlan): BuildPlan {
  const { 'no-cache': _, ...frontendAttrs } = plan.frontendAttrs;
  return { ...plan, frontendAttrs };
}

function canSpool(error: unknown): boolean {
  return isWarmdockError(error) && (error.code === 'NOT_FOUND' || error.code === 'UNSUPPORTED');
}

function notify(onProgress: OnProgress | undefined, message: string): void {
  onProgress?.({ type: 'notice', message });
}
