import type { ContentSource } from '../../content/content.js';
import { type ErrorCode, isWarmdockError } from '../../errors.js';

/** Faults of the connection to a source; in other ways than by that source they may not be met. */
const marked = new WeakSet<object>();

const transportCodes: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'TIMEOUT']);

/** The same source, whose faults of transport are told from those of the daemon by `isMarked`. */
export function markFaults(source: ContentSource): ContentSource {
  const marking = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw mark(error);
    }
  };
  return {
    exists: (blob, options) => marking(source.exists(blob, options)),
    async *fetch(blob, options) {
      try {
        yield* source.fetch(blob, options);
      } catch (error) {
        throw mark(error);
      }
    },
    ...(source.prepare && {
      prepare: (blobs, options) => marking(source.prepare?.(blobs, options) ?? Promise.resolve()),
    }),
  };
}

/** Whether the error, or what it comes from, is such a fault. */
export function isMarked(error: unknown): boolean {
  for (let each = error; isWarmdockError(each); each = each.cause)
    if (marked.has(each)) return true;
  return false;
}

function mark(error: unknown): unknown {
  if (isWarmdockError(error) && transportCodes.has(error.code)) marked.add(error);
  return error;
}
