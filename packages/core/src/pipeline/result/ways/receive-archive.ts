import type { CallContext } from '../../../call-context.js';
import { exportBlobs } from '../export-blobs.js';
import type { RepeatableSolve } from '../image-solve.js';
import type { OpenedImage } from './opened-image.js';

/** Has the builder send all of the image in one archive, as every BuildKit can. */
export async function receiveArchive(
  solve: RepeatableSolve,
  context: CallContext,
): Promise<OpenedImage> {
  const { spool, ...solved } = await exportBlobs(solve, { isArchiveWanted: true }, context);
  return { solved, content: spool, [Symbol.asyncDispose]: () => spool[Symbol.asyncDispose]() };
}
