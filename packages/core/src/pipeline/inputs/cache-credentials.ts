import type { CacheBackend } from '../../buildkit/solve.js';
import { parseGoBool } from '../../go-bool.js';
import type { CacheOption } from '../flags/cache.js';

/**
 * A cache with the credentials that the environment has for it, where it names none itself; as in
 * buildx those of GitHub Actions (`gha`) and of AWS (`s3`), the latter from the environment alone.
 *
 * `undefined` for a cache of GitHub Actions outside of them.
 */
export function withCredentials(
  { type, attrs }: CacheOption,
  env: NodeJS.ProcessEnv,
): CacheBackend | undefined {
  if (type === 'gha') return actionsCache(attrs, env);
  if (type === 's3') return { type, attrs: { ...awsLogin(attrs, env), ...attrs } };
  return { type, attrs };
}

function actionsCache(
  attrs: CacheOption['attrs'],
  env: NodeJS.ProcessEnv,
): CacheBackend | undefined {
  const isV2 = parseGoBool(env.ACTIONS_CACHE_SERVICE_V2 ?? '') ?? false;
  const version = attrs.version ?? (isV2 ? '2' : '1');
  const found = present({
    token: env.ACTIONS_RUNTIME_TOKEN,
    url: env.ACTIONS_CACHE_URL ?? env.ACTIONS_RESULTS_URL,
    ...(version === '2' && { url_v2: env.ACTIONS_RESULTS_URL }),
  });
  const all: Record<string, string> = { ...found, ...attrs };
  return all.token && (all.url || all.url_v2) ? { type: 'gha', attrs: all } : undefined;
}

function awsLogin(attrs: CacheOption['attrs'], env: NodeJS.ProcessEnv): Record<string, string> {
  if (attrs.access_key_id !== undefined && attrs.secret_access_key !== undefined) return {};
  return present({
    access_key_id: env.AWS_ACCESS_KEY_ID,
    secret_access_key: env.AWS_SECRET_ACCESS_KEY,
    session_token: env.AWS_SESSION_TOKEN,
  });
}

function present(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1])),
  );
}
