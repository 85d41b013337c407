import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CallContext } from '../../call-context.js';
import type { Engine } from '../../engine/engine.js';
import { isWarmdockError, messageOf } from '../../errors.js';
import { type EngineBlobs, engineBlobs } from '../compare/engine-blobs.js';
import type { LoadDecision } from '../compare/load-decision.js';
import { decideLoad } from '../compare/plan-load.js';
import { type Image, layersOf, totalSize } from '../image/image.js';
import type { LayerEncoding } from '../image/layer-encoding.js';
import type { LoadPlan } from '../plan/load-plan.js';
import type { LoadWay } from '../plan/load-way.js';
import type { LoadableImage } from '../result/loadable-image.js';
import { stateDirectory } from '../state/state-directory.js';
import { loadsOf } from './engine-loads.js';
import { isSameMachine } from './is-same-machine.js';
import { LoadInterrupted } from './load-interrupted.js';
import type { Sent } from './load-job.js';
import { placedAmong } from './placed-layer.js';
import { verifyKnown, verifyLayers } from './verify-loaded.js';

/** What is loaded, where to, and in parts of which size. */
export interface TransferRequest {
  readonly result: LoadableImage;
  readonly engine: Engine;
  /** As in `LoadOptions`. */
  readonly partSizeBytes?: number | undefined;
}

export interface Transferred {
  /** What was done in the end: another load may have brought the image meanwhile. */
  readonly decision: LoadDecision;
  readonly sent: Sent;
}

/** How one attempt goes about it. */
interface Attempt {
  /** Whether all layers go, whatever the daemon is thought to hold. */
  readonly isWhole: boolean;
  readonly isAlone: boolean;
  readonly form: LayerEncoding;
  readonly partSizeBytes: number | undefined;
}

/**
 * Sends what is missing. When the daemon does not take that: what is missing then, as the builder
 * holds it; when it does not take that either, everything, once.
 */
export async function transfer(
  request: TransferRequest,
  first: LoadDecision,
  context: CallContext,
): Promise<Transferred> {
  const { observed } = first;
  const blobs = observed.info.store === 'containerd' ? engineBlobs(request.engine) : undefined;
  blobs?.connect();
  const turn = new Transfer(request, blobs, context);
  try {
    return await turn.run(first);
  } finally {
    blobs?.close();
  }
}

class Transfer {
  readonly #result: LoadableImage;
  readonly #engine: Engine;
  readonly #partSizeBytes: number | undefined;
  readonly #blobs: EngineBlobs | undefined;
  readonly #context: CallContext;

  constructor(
    { result, engine, partSizeBytes }: TransferRequest,
    blobs: EngineBlobs | undefined,
    context: CallContext,
  ) {
    this.#result = result;
    this.#engine = engine;
    this.#partSizeBytes = partSizeBytes;
    this.#blobs = blobs;
    this.#context = context;
  }

  async run(first: LoadDecision): Promise<Transferred> {
    const { decision: start, release } = await this.#afterOthers(first);
    try {
      let decision = start;
      let attempt: Attempt = {
        isWhole: this.#result.via === 'archive',
        isAlone: false,
        form: inflates(decision) ? 'inflated' : 'stored',
        partSizeBytes: this.#partSizeBytes,
      };
      for (;;) {
        if (!isTransfer(decision)) return { decision, sent: { layers: 0, sizeBytes: 0 } };
        try {
          return {
            decision: asDone(decision, attempt, this.#result.via ?? 'direct'),
            sent: await this.#attempt(decision, attempt),
          };
        } catch (error) {
          const next = nextAttempt(error, attempt, decision);
          if (!next) throw error;
          this.#notify(next.notice);
          attempt = next.attempt;
          decision = await this.#decideAgain();
        }
      }
    } finally {
      release();
    }
  }

  async #attempt({ image, plan, ...decision }: Transferable, attempt: Attempt): Promise<Sent> {
    const { store } = decision.observed.info;
    const all = layersOf(image);
    const wanted = attempt.isWhole ? all : plan.missing;
    const missing = placedAmong(image, store, wanted);
    const { signal, onProgress } = this.#context;
    const { comparedAtMs } = decision;
    const { content } = this.#result;
    const { isAlone, form, partSizeBytes } = attempt;
    const request = { image, missing, content, comparedAtMs, isAlone, form, partSizeBytes };
    const { queue } = loadsOf(this.#engine);
    const sent = await queue.load({ ...request, signal, onProgress });
    if (this.#result.tags.length === 0)
      await verifyKnown(plan.imageId, this.#engine, this.#context);
    if (this.#blobs) {
      const isWhole = wanted.length === all.length;
      await verifyLayers(plan.imageId, image, isWhole, this.#blobs, this.#context);
    }
    return sent;
  }

  /**
   * Waits while another process brings the layer that this image lacks first, and compares again.
   *
   * Whoever holds that lock goes from the bottom up, so what it brings is what this image needs. It is
   * found by all layers that it brings: some of them may be there when the next one compares.
   */
  async #afterOthers(
    first: LoadDecision,
  ): Promise<{ decision: LoadDecision; release: () => void }> {
    let decision = first;
    for (;;) {
      const [path, ...more] = isTransfer(decision) ? this.#lockPaths(decision) : [];
      if (path === undefined) return { decision, release: () => {} };
      const waiting = this.#waiting(decision);
      const outcome = await loadsOf(this.#engine).locks.take(path, more, {
        signal: this.#context.signal,
        patienceMs,
        onWait: waiting,
      });
      if (outcome.how === 'denied') return { decision, release: () => {} };
      if (outcome.how === 'free') return { decision, release: outcome.lock.release };
      outcome.lock.release();
      decision = await this.#decideAgain();
    }
  }

  /** Waits on as long as the daemon lacks less from time to time. */
  #waiting(decision: LoadDecision): () => Promise<boolean> {
    let before = lackedBytes(decision);
    let isFirst = true;
    return async () => {
      if (isFirst) this.#notify('another process loads the same layers; waiting for them');
      const now = lackedBytes(await this.#decideAgain());
      const isGrowing = isFirst || now < before;
      isFirst = false;
      before = now;
      return isGrowing;
    };
  }

  /** One for each layer that is missing, from the bottom up. */
  #lockPaths({ image, plan, observed }: Transferable): string[] {
    const { env = process.env } = this.#context;
    const state = stateDirectory(env);
    if (state === undefined) return [];
    const layers = placedAmong(image, observed.info.store, plan.missing).map(({ key }) => key);
    return (layers.length > 0 ? layers : [plan.imageId]).map((key) => {
      const what = `${observed.info.id} ${key}`;
      const name = createHash('sha256').update(what).digest('hex').slice(0, 16);
      return join(state, 'loads', name);
    });
  }

  #decideAgain(): Promise<LoadDecision> {
    return decideLoad(this.#result, this.#engine, {}, this.#context);
  }

  #notify(message: string): void {
    this.#context.onProgress?.({ type: 'notice', message });
  }
}

/** Longer than most loads take; then whoever waits looks whether it does so in vain. */
const patienceMs = 30_000;

/** A decision by which layers are sent. */
interface Transferable extends LoadDecision {
  readonly image: Image;
  readonly plan: Extract<LoadPlan, { missing: unknown }>;
}

function isTransfer(decision: LoadDecision): decision is Transferable {
  return decision.image !== undefined && 'missing' in decision.plan;
}

function lackedBytes(decision: LoadDecision): number {
  return isTransfer(decision) ? decision.plan.sizeBytes : 0;
}

/** The classic store inflates at a quarter of the speed that this side has; elsewhere the way is what costs. */
function inflates({ observed: { info } }: LoadDecision): boolean {
  return info.store === 'classic' && isSameMachine(info);
}

function nextAttempt(error: unknown, attempt: Attempt, { plan, image }: Transferable) {
  if (error instanceof LoadInterrupted) {
    const notice = `${messageOf(error)}; loading this one by itself instead`;
    return { notice, attempt: { ...attempt, isAlone: true } };
  }
  const all = layersOf(image).length;
  const wasPlain = attempt.form === 'stored' && attempt.partSizeBytes === wholePart;
  const refused = isWarmdockError(error) && error.code === 'LOAD_FAILED';
  if (!refused || attempt.isWhole || (wasPlain && plan.missing.length === all)) return undefined;
  const plain = { isAlone: true, form: 'stored', partSizeBytes: wholePart } as const;
  const failed = `loading ${plan.missing.length} of ${all} layers failed (${messageOf(error)})`;
  if (!wasPlain)
    return {
      notice: `${failed}; sending what is missing once more, as it is and at once`,
      attempt: { ...plain, isWhole: false },
    };
  return {
    notice: `${failed}; sending all layers as they are, at once, instead`,
    attempt: { ...plain, isWhole: true },
  };
}

/** In one archive, however large. */
const wholePart = Number.POSITIVE_INFINITY;

/** What the plan says when all was sent in spite of it. */
function asDone(decision: Transferable, { isWhole }: Attempt, via: LoadWay): LoadDecision {
  if (!isWhole) return decision;
  const missing = layersOf(decision.image);
  const sizeBytes = totalSize(missing);
  const why = via === 'archive' ? 'an archive has all layers' : 'it refused less than all layers';
  const reason = `${decision.plan.reason}; ${why}`;
  return { ...decision, plan: { ...decision.plan, outcome: 'full', missing, sizeBytes, reason } };
}
