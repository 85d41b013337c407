import type { CallContext } from '../../../call-context.js';
import { WarmdockError } from '../../../errors.js';
import type { TransitRepository } from '../../flags/transit-repository.js';
import type { SolvingWay } from '../../plan/load-way.js';
import type { RepeatableSolve } from '../image-solve.js';
import type { OpenedImage } from './opened-image.js';

/** Runs the solve so that its image comes by this way. Throws what the solve throws. */
export async function openByWay(
  way: SolvingWay,
  solve: RepeatableSolve,
  repository: TransitRepository | undefined,
  context: CallContext,
): Promise<OpenedImage> {
  if (way === 'archive') {
    const { receiveArchive } = await import('./receive-archive.js');
    return receiveArchive(solve, context);
  }
  if (!repository) throw new WarmdockError('INTERNAL', 'no repository for the way of a registry');
  const { pushImage } = await import('./push-image.js');
  return pushImage(solve, repository, context);
}
