import type { BuildKit } from '../../buildkit/buildkit.js';
import type { SessionStore } from '../../buildkit/session/content-store.js';
import type { CacheBackend } from '../../buildkit/solve.js';
import type { CallContext } from '../../call-context.js';
import { findInLayout, parseLayoutEntry, putInLayout } from '../../content/layout-index.js';
import { openLayoutStore } from '../../content/layout-store.js';
import { isWarmdockError, messageOf } from '../../errors.js';
import { parseDigest } from '../../oci/digest.js';
import type { OnProgress } from '../../progress.js';
import type { CacheOption } from '../flags/cache.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { withCredentials } from './cache-credentials.js';
import type { SolveInput } from './solve-input.js';

/**
 * Adds to caches what a plan does not hold, their credentials, and serves those in local directories.
 *
 * As in buildx a local cache that is not there yet is passed over, with a notice, and so is one of
 * GitHub Actions outside of them, in silence.
 */
export async function openCaches(
  { cacheFrom = [], cacheTo = [] }: BuildPlan,
  _: BuildKit,
  { env = process.env, onProgress, signal }: CallContext,
): Promise<SolveInput> {
  const onUnlocked = (message: string) => onProgress?.({ type: 'notice', message });
  const active = (caches: readonly CacheOption[]) =>
    caches.flatMap((cache) => withCredentials(cache, env) ?? []);
  const exports = active(cacheTo);
  const imports = await Promise.all(active(cacheFrom).map((cache) => opened(cache, onProgress)));
  const targets = exports.filter(({ type }) => type === 'local').map(({ attrs }) => attrs);
  return {
    cacheImports: imports.flatMap((cache) => cache ?? []),
    cacheExports: exports,
    stores: [
      ...storesOf(
        imports.flatMap((cache) => cache ?? []),
        targets,
      ),
    ],
    async finish(answer) {
      const written = answer['cache.manifest'];
      if (written === undefined) return;
      const entry = parseLayoutEntry(written);
      for (const { dest = '', tag = 'latest' } of targets)
        await putInLayout(dest, entry, [{ tag }], { signal, onUnlocked });
    },
  };
}

/** The cache with the digest of what is in it; `undefined` for a local one that is not usable. */
async function opened(
  cache: CacheBackend,
  onProgress: OnProgress | undefined,
): Promise<CacheBackend | undefined> {
  if (cache.type !== 'local') return cache;
  const { src = '', tag = 'latest' } = cache.attrs;
  try {
    const digest = parseDigest(cache.attrs.digest ?? (await findInLayout(src, tag)));
    if ((await openLayoutStore(src).sizeOf(digest)) !== undefined)
      return { type: cache.type, attrs: { ...cache.attrs, digest } };
    skipped(src, `it has no blob ${digest}`, onProgress);
  } catch (error) {
    if (!isWarmdockError(error)) throw error;
    skipped(src, messageOf(error), onProgress);
  }
  return undefined;
}

function skipped(src: string, why: string, onProgress: OnProgress | undefined): void {
  onProgress?.({ type: 'notice', message: `building without the cache in ${src}: ${why}` });
}

/** One store for a directory that is both read and written. */
function storesOf(
  imports: readonly CacheBackend[],
  targets: readonly CacheBackend['attrs'][],
): ReadonlyMap<string, SessionStore> {
  const stores = new Map<string, SessionStore>();
  const read = imports.filter(({ type }) => type === 'local').map(({ attrs }) => attrs.src ?? '');
  const written = targets.map(({ dest = '' }) => dest);
  for (const directory of [...read, ...written]) {
    const store = openLayoutStore(directory);
    const isWritten = written.includes(directory);
    stores.set(`local:${directory}`, {
      source: store,
      ...(isWritten && { sink: store, wanted: async (blob) => !(await store.exists(blob)) }),
    });
  }
  return stores;
}
