import type { Engine } from '../../engine/engine.js';
import { cancelled, type ErrorCode, isWarmdockError, messageOf } from '../../errors.js';
import type { Digest } from '../../oci/digest.js';
import { type ArchiveLayer, imageArchive } from '../image/image-archive.js';
import { openLayer, UninflatableLayer } from '../image/layer-encoding.js';
import { engineProgress } from './engine-progress.js';
import { LoadInterrupted } from './load-interrupted.js';
import { LoadJob, type LoadPart, type LoadRequest, type Sent } from './load-job.js';
import { PartialImages } from './partial-images.js';
import { defaultPartBytes } from './split-image.js';
import { endingLate, isIndexRefused, lateSignal, staleIndexNotice } from './stale-index.js';

/**
 * All loads of this process into one daemon.
 *
 * A layer that several images need travels once, with the image that asked for it first; the others
 * wait for it and bring the rest. Small parts of several images go in one archive. A daemon takes in a
 * whole archive before it unpacks its first layer, so one archive is taken in while the one before is
 * unpacked. Archives become images strictly in order: what came before is there.
 */
export class LoadQueue {
  readonly #engine: Engine;
  /** In the order in which their next parts are to go. */
  readonly #jobs = new Set<LoadJob>();
  /** Who brings a layer that is not there yet. */
  readonly #carriers = new Map<Digest, LoadPart>();
  /** When a layer came that a daemon which was asked before may have told missing. */
  readonly #landedAtMs = new Map<Digest, number>();
  readonly #partials: PartialImages;
  /** Ends when the last archive has become images, or has failed. */
  #last: Promise<void> = Promise.resolve();
  #underWay = 0;
  #isTaking = false;
  /** See `stale-index`. */
  #longIndex = false;
  /** Layers that cannot be inflated. */
  readonly #stored = new Set<Digest>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#partials = new PartialImages(engine);
  }

  /**
   * Brings one image into the daemon.
   *
   * Throws `LoadInterrupted` when another image's failure ended it: compare and load again, alone if it
   * happens twice. Else throws as `Engine.loadImages` and the content do.
   */
  async load(request: LoadRequest): Promise<Sent> {
    const job = this.#enter(request);
    const { signal } = request;
    const abort = () => signal && this.#fail(job, cancelled(operationOf(job), signal));
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      void this.#prepare(job);
      await job.done;
      return job.sent;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#jobs.delete(job);
      await this.#partials.release(job);
    }
  }

  #enter(request: LoadRequest): LoadJob {
    const awaited = new Set<LoadPart>();
    const own = request.missing.filter(({ key }) => {
      const carrier = this.#carriers.get(key);
      if (carrier) awaited.add(carrier);
      return !carrier && (this.#landedAtMs.get(key) ?? 0) <= request.comparedAtMs;
    });
    const twin = this.#carriers.get(nameOf(request));
    const job = twin
      ? new LoadJob(request, undefined, new Set([twin]))
      : new LoadJob(request, own, awaited);
    for (const part of job.parts) for (const { key } of part.layers) this.#carriers.set(key, part);
    const last = job.parts.at(-1);
    if (last) this.#carriers.set(nameOf(request), last);
    this.#jobs.add(job);
    return job;
  }

  /** Lets the source get what it lacks before others would have to wait for it. */
  async #prepare(job: LoadJob): Promise<void> {
    const { own, request, stop } = job;
    try {
      // A single one is fetched from wherever it is; several are found missing in one go.
      if (own.length > 1) await request.content.prepare?.(own, { signal: stop.signal });
      job.isPrepared = true;
    } catch (error) {
      this.#fail(job, error);
    }
    job.settle();
    this.#pump();
  }

  /** Begins the next archive when the one before is taken in, and the one before that is done. */
  #pump(): void {
    if (this.#isTaking || this.#underWay === 2) return;
    const parts = this.#nextParts();
    if (parts.length === 0) return;
    this.#isTaking = true;
    this.#underWay += 1;
    let isTaken = false;
    const taken = () => {
      if (isTaken) return;
      isTaken = true;
      this.#isTaking = false;
      this.#pump();
    };
    this.#last = this.#send(parts, this.#last, taken).finally(() => {
      this.#underWay -= 1;
      taken();
      this.#pump();
    });
  }

  /** The parts of the next archive, from all jobs in turn. */
  #nextParts(): LoadPart[] {
    const parts: LoadPart[] = [];
    let sizeBytes = 0;
    while (sizeBytes < defaultPartBytes) {
      const job = [...this.#jobs].find((job) => canJoin(job, parts));
      const part = job?.next;
      if (!job || !part) break;
      part.state = 'begun';
      parts.push(part);
      sizeBytes += part.sizeBytes;
      // To the end of the line.
      this.#jobs.delete(job);
      this.#jobs.add(job);
      if (part.isPartial) break;
    }
    return parts;
  }

  /** Never rejects: what becomes of the archive is told to its jobs. */
  async #send(parts: readonly LoadPart[], before: Promise<void>, taken: () => void): Promise<void> {
    try {
      await this.#transmit(parts, before, taken);
      for (const part of parts) this.#land(part);
    } catch (error) {
      this.#breakOff(parts, error);
    }
    for (const { job } of parts) job.settle();
  }

  /** Sends the archive, again where a way is known past what it stumbled over. */
  async #transmit(parts: readonly LoadPart[], before: Promise<void>, taken: () => void) {
    for (;;) {
      try {
        return await this.#transmitOnce(parts, before, taken);
      } catch (error) {
        const notice = this.#wayPast(error, parts);
        if (notice === undefined) throw error;
        for (const part of parts) {
          part.forgetSent();
          part.job.notify(notice);
        }
      }
    }
  }

  #wayPast(error: unknown, parts: readonly LoadPart[]): string | undefined {
    if (parts.some(({ job }) => job.failure)) return undefined;
    if (error instanceof UninflatableLayer && !this.#stored.has(error.layer)) {
      // One more of the same image: then most likely all of them.
      for (const { job, layers } of parts)
        if (layers.some(({ descriptor }) => this.#stored.has(descriptor.digest)))
          job.form = 'stored';
      this.#stored.add(error.layer);
      return `${messageOf(error)}; sending it as it is`;
    }
    if (this.#longIndex || !isIndexRefused(error, imagesOf(parts))) return undefined;
    this.#longIndex = true;
    return staleIndexNotice(error);
  }

  async #transmitOnce(parts: readonly LoadPart[], before: Promise<void>, taken: () => void) {
    const signal = AbortSignal.any(parts.map(({ job }) => job.stop.signal));
    const late = lateSignal(signal);
    const archive = imageArchive(imagesOf(parts), this.#layersOf(parts, late), {
      longIndex: this.#longIndex,
      beforeDocuments: async () => {
        taken();
        await before;
        const failed = parts.find(({ job }) => job.failure);
        if (failed) throw failed.job.failure?.error;
      },
    });
    const isBusy = engineProgress(this.#engine);
    await this.#engine.loadImages(endingLate(archive), { signal: late, isBusy });
  }

  /** Each file once, though several images may have it. */
  #layersOf(parts: readonly LoadPart[], signal: AbortSignal): ArchiveLayer[] {
    const layers = new Map<Digest, ArchiveLayer>();
    for (const { job, layers: placed } of parts) {
      for (const { descriptor } of placed) {
        const holders = parts.filter((part) => holds(part, descriptor.digest));
        const onBytes = (sizeBytes: number) => {
          for (const part of holders) part.count(descriptor, sizeBytes);
        };
        const form = this.#stored.has(descriptor.digest) ? 'stored' : job.form;
        const open = () => openLayer(job.request.content, descriptor, form, { signal, onBytes });
        layers.set(descriptor.digest, { descriptor, open });
      }
    }
    return [...layers.values()];
  }

  #land(part: LoadPart): void {
    part.state = 'landed';
    const now = performance.now();
    for (const [key, atMs] of this.#landedAtMs)
      if (now - atMs > comparisonMs) this.#landedAtMs.delete(key);
    for (const { key } of part.layers) this.#landedAtMs.set(key, now);
    this.#forget(part);
    if (part.isPartial) this.#partials.add(part);
    for (const job of part.watchers) job.settle();
  }

  #breakOff(parts: readonly LoadPart[], error: unknown): void {
    for (const part of parts) part.state = 'failed';
    const isShared = new Set(parts.map(({ job }) => job)).size > 1;
    for (const { job } of parts)
      this.#fail(job, isShared && !concernsAll(error) ? new LoadInterrupted(error) : error);
  }

  /** Ends a job, and those that wait for what it was to bring. */
  #fail(job: LoadJob, error: unknown): void {
    if (job.failure) return;
    job.fail(error);
    this.#jobs.delete(job);
    for (const part of job.parts) {
      if (part.state === 'landed') this.#unland(part);
      else this.#drop(part, concernsAll(error) ? error : new LoadInterrupted(error));
    }
    job.settle();
  }

  #drop(part: LoadPart, error: unknown): void {
    this.#forget(part);
    if (part.state === 'waiting') part.state = 'failed';
    for (const watcher of part.watchers) this.#fail(watcher, error);
  }

  /** Its layers go when nobody stands on them any more. */
  #unland(part: LoadPart): void {
    for (const { key } of part.layers) this.#landedAtMs.delete(key);
  }

  #forget(part: LoadPart): void {
    const keys = part.layers.map(({ key }) => key);
    for (const key of [...keys, nameOf(part.job.request)])
      if (this.#carriers.get(key) === part) this.#carriers.delete(key);
  }
}

/** Longer than a comparison takes. */
const comparisonMs = 60_000;

/** By which a job finds another one that brings the same image. */
function nameOf({ image }: LoadRequest): Digest {
  return image.root.descriptor.digest;
}

function operationOf({ request }: LoadJob): string {
  return `load of image ${nameOf(request)}`;
}

function canJoin(job: LoadJob, parts: readonly LoadPart[]): boolean {
  const isMerged = parts.length > 0;
  const isAlone = job.request.isAlone || parts.some((part) => part.job.request.isAlone);
  return Boolean(job.next) && job.isReady && !(isMerged && isAlone);
}

function holds({ layers }: LoadPart, digest: Digest): boolean {
  return layers.some(({ descriptor }) => descriptor.digest === digest);
}

function imagesOf(parts: readonly LoadPart[]) {
  return parts.map(({ image }) => image);
}

const commonFailures: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'TIMEOUT']);

/** Whether the daemon or the builder is gone, so that nobody needs to try again. */
function concernsAll(error: unknown): boolean {
  return isWarmdockError(error) && commonFailures.has(error.code);
}
