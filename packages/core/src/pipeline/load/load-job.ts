import type { CallOptions, ContentSource } from '../../content/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { OnProgress } from '../../progress.js';
import { eachOnce, type Image, totalSize } from '../image/image.js';
import { documentBytes } from '../image/image-archive.js';
import type { LayerEncoding } from '../image/layer-encoding.js';
import type { PlacedLayer } from './placed-layer.js';
import { type ImagePart, partsOf, sizeOfLayers } from './split-image.js';

/** One image that a daemon is to have. */
export interface LoadRequest extends CallOptions {
  readonly image: Image;
  /** What the daemon lacked when it was asked, bottom first. */
  readonly missing: readonly PlacedLayer[];
  /** Before the daemon was asked, as `performance.now()` counts. */
  readonly comparedAtMs: number;
  readonly content: ContentSource;
  readonly form: LayerEncoding;
  /** See `partsOf`. */
  readonly partSizeBytes?: number | undefined;
  /** Whether its archives are to hold nothing of other images, default false. */
  readonly isAlone?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What was sent for one image. */
export interface Sent {
  readonly layers: number;
  /** As the builder holds them, with the documents. */
  readonly sizeBytes: number;
}

/** A part of an image on its way into the daemon. */
export class LoadPart implements ImagePart {
  readonly job: LoadJob;
  readonly image: Image;
  readonly layers: readonly PlacedLayer[];
  state: 'waiting' | 'begun' | 'landed' | 'failed' = 'waiting';
  /** Jobs that need its layers too. */
  readonly watchers = new Set<LoadJob>();
  readonly #sent = new Map<Digest, number>();

  constructor(job: LoadJob, { image, layers }: ImagePart) {
    this.job = job;
    this.image = image;
    this.layers = layers;
  }

  get isPartial(): boolean {
    return this.image !== this.job.request.image;
  }

  get sizeBytes(): number {
    return sizeOfLayers(this.layers);
  }

  /** Bytes of a layer went to the daemon. */
  count(layer: Descriptor, sizeBytes: number): void {
    const layerBytes = (this.#sent.get(layer.digest) ?? 0) + sizeBytes;
    this.#sent.set(layer.digest, layerBytes);
    for (const job of [this.job, ...this.watchers]) job.count(layer, sizeBytes, layerBytes);
  }

  watch(job: LoadJob): void {
    this.watchers.add(job);
    for (const [digest, sizeBytes] of this.#sent) job.add(digest, sizeBytes);
  }

  /** What went is to go again. */
  forgetSent(): void {
    for (const [digest, sizeBytes] of this.#sent)
      for (const job of [this.job, ...this.watchers]) job.add(digest, -sizeBytes);
    this.#sent.clear();
  }
}

/** The load of one image: the parts that it brings itself, and those of other jobs that it needs. */
export class LoadJob {
  readonly request: LoadRequest;
  /** From the bottom up; none when another job brings this very image. */
  readonly parts: readonly LoadPart[];
  readonly awaited: ReadonlySet<LoadPart>;
  /** Fires when its transfers are to end. */
  readonly stop = new AbortController();
  /** Fulfilled when the daemon has the image; rejected when nothing of it is under way any more. */
  readonly done: Promise<void>;
  form: LayerEncoding;
  /** Whether its layers can be read without a wait. */
  isPrepared = false;
  failure: { readonly error: unknown } | undefined;
  readonly #lacked: ReadonlySet<Digest>;
  readonly #totalBytes: number;
  #sentBytes = 0;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    request: LoadRequest,
    own: readonly PlacedLayer[] | undefined,
    awaited: ReadonlySet<LoadPart>,
  ) {
    this.request = request;
    this.form = request.form;
    this.awaited = awaited;
    const parts = own ? partsOf(request.image, own, request.partSizeBytes) : [];
    this.parts = parts.map((part) => new LoadPart(this, part));
    const lacked = eachOnce(request.missing.map(({ descriptor }) => descriptor));
    this.#lacked = new Set(lacked.map(({ digest }) => digest));
    this.#totalBytes = totalSize(lacked);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever asked for it may come to wait later.
    this.done.catch(() => {});
    for (const part of awaited) part.watch(this);
  }

  get next(): LoadPart | undefined {
    return this.parts.find(({ state }) => state === 'waiting');
  }

  /** Whether its next part may go: all that it stands on has gone before. */
  get isReady(): boolean {
    return this.isPrepared && [...this.awaited].every(({ state }) => state !== 'waiting');
  }

  /** What this job brings, each layer once. */
  get own(): Descriptor[] {
    const layers = this.parts.flatMap(({ layers }) => layers.map(({ descriptor }) => descriptor));
    return eachOnce(layers);
  }

  get sent(): Sent {
    if (this.parts.length === 0) return { layers: 0, sizeBytes: 0 };
    const { own } = this;
    const sizeBytes = totalSize(own) + documentBytes(this.request.image);
    return { layers: own.length, sizeBytes };
  }

  count(layer: Descriptor, sizeBytes: number, layerBytes: number): void {
    if (!this.add(layer.digest, sizeBytes)) return;
    const [sentBytes, totalBytes] = [this.#sentBytes, this.#totalBytes];
    this.request.onProgress?.({ type: 'load', sentBytes, totalBytes, layer, layerBytes });
  }

  /** False for a layer that this image has from elsewhere. */
  add(layer: Digest, sizeBytes: number): boolean {
    if (!this.#lacked.has(layer)) return false;
    this.#sentBytes += sizeBytes;
    return true;
  }

  notify(message: string): void {
    this.request.onProgress?.({ type: 'notice', message });
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.stop.abort(error);
  }

  /** Ends the job if nothing of it is under way: with its failure, or when all has landed. */
  settle(): void {
    if (this.parts.some(({ state }) => state === 'begun')) return;
    if (this.failure) this.#reject(this.failure.error);
    else if ([...this.parts, ...this.awaited].every(({ state }) => state === 'landed'))
      this.#resolve();
  }
}
