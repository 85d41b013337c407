import type { ParsedFlags } from '../../flags/parse-flags.js';

/**
 * The environment in which docker's own flags hold for whoever reads only that; `undefined` when they
 * contradict each other.
 */
export function dockerEnvironment(
  flags: ParsedFlags['values'],
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv | undefined {
  const hosts = flags.get('host') ?? [];
  const context = flags.get('context')?.at(-1) ?? '';
  const config = flags.get('config')?.at(-1) ?? '';
  if (hosts.length > 1 || (hosts.length > 0 && context !== '')) return undefined;
  const configured = config === '' ? env : { ...env, DOCKER_CONFIG: config };
  const { DOCKER_HOST: host, DOCKER_CONTEXT: _context, ...rest } = configured;
  if (hosts[0] !== undefined) return { ...rest, DOCKER_HOST: hosts[0] };
  if (context === '') return configured;
  // The context of that name is what the variable says.
  const named = context === 'default' && host !== undefined ? { DOCKER_HOST: host } : {};
  return { ...rest, ...named, DOCKER_CONTEXT: context };
}
