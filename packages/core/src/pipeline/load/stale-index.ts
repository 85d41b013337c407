import { setTimeout as delay } from 'node:timers/promises';
import { isWarmdockError, messageOf } from '../../errors.js';
import { digestOf } from '../../oci/digest.js';
import type { Image } from '../image/image.js';
import { ociIndex } from '../image/image-archive.js';

/*
 * A containerd store takes in each file of an archive under the file's name, and keeps for a day what
 * came of it when a load breaks off before the file is committed: the next file of that name is to go on
 * from there. For a blob those are the same bytes; `index.json` is another one each time. One that is shorter
 * than what is left is refused from then on ("unexpected commit size", "unable to discard to offset"), also when
 * `docker load` sends it; one of the same length is taken for it, and not found; a longer one is
 * written over it, and all is well again.
 *
 * So a load of ours does not break off while the daemon takes in the first file of its archive, and where
 * another one did, a longer index is sent.
 */

/** In which a daemon takes in the first file: two `fsync`s, which are 10 to 30 ms. */
const intakeMs = 500;

/** Fires with the signal, but not while the daemon takes in the first file of an archive that begins now. */
export function lateSignal(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const begun = performance.now();
  const abort = () => void restOf(begun).then(() => late.abort(signal.reason));
  if (signal.aborted) late.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return late.signal;
}

/** The archive, whose failure is held back as `lateSignal` is. */
export async function* endingLate(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const begun = performance.now();
  try {
    yield* archive;
  } catch (error) {
    await restOf(begun);
    throw error;
  }
}

function restOf(begun: number): Promise<void> {
  return delay(Math.max(0, begun + intakeMs - performance.now()));
}

/** Whether the daemon stumbled over another load's `index.json`; it says so in words, and has no code for it. */
export function isIndexRefused(error: unknown, images: readonly Image[]): boolean {
  if (!isWarmdockError(error) || error.code !== 'LOAD_FAILED') return false;
  const names = ['"index.json"', digestOf(ociIndex(images))];
  return names.some((name) => error.message.includes(name));
}

export function staleIndexNotice(error: unknown): string {
  return `the daemon still holds the beginning of a load that broke off (${messageOf(error)}); loading again in a way that replaces it`;
}
