import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import { isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { parseReference } from '../../oci/reference.js';
import type { LoadDecision } from '../compare/load-decision.js';
import { Turns } from './turns.js';

/** A daemon that sets one name twice at the same time may refuse one of them. */
const names = new WeakMap<Engine, Turns>();

/**
 * Makes the tags name the image of the plan; all of them, or none when one cannot be moved.
 *
 * Tagging is also the last proof: the daemon refuses an image that it does not hold.
 */
export async function moveTags(
  decision: LoadDecision,
  tags: readonly string[],
  engine: Engine,
  options: CallOptions,
): Promise<void> {
  const moved: string[] = [];
  for (const tag of tags) {
    try {
      await moveTag(decision.plan.imageId, tag, engine, options);
      moved.push(tag);
    } catch (error) {
      throw await withTagsBack(error, moved, decision, engine);
    }
  }
}

async function moveTag(imageId: string, tag: string, engine: Engine, options: CallOptions) {
  const turns = names.get(engine) ?? new Turns();
  names.set(engine, turns);
  const isMoved = await turns.take(tag, () =>
    engine.tagImage(imageId, parseReference(tag), options),
  );
  if (isMoved) return;
  throw new WarmdockError(
    'LOAD_FAILED',
    `cannot tag ${tag}: the daemon no longer holds image ${imageId}`,
    { hint: 'something removed it in the meantime; build again' },
  );
}

/** A daemon that is stuck must not keep anybody from ending. */
const undoTimeoutMs = 5_000;

/** The error, when the tags name again what they named before; else one that says which do not. */
async function withTagsBack(
  error: unknown,
  moved: readonly string[],
  { plan, observed }: LoadDecision,
  engine: Engine,
): Promise<unknown> {
  const signal = AbortSignal.timeout(undoTimeoutMs);
  const left: string[] = [];
  for (const tag of moved) {
    const before = observed.tagged.get(tag)?.id;
    try {
      if (before) await moveTag(before, tag, engine, { signal });
      else await engine.removeImage(tag, { signal, noPrune: true });
    } catch {
      left.push(tag);
    }
  }
  if (left.length === 0) return error;
  return new WarmdockError(
    isWarmdockError(error) ? error.code : 'INTERNAL',
    `${messageOf(error)}; the daemon keeps image ${plan.imageId} as ${left.join(', ')}`,
    { ...(isWarmdockError(error) && error.hint && { hint: error.hint }), cause: error },
  );
}
