import { dockerConfigDirectory, readDockerConfig } from './config.js';
import { textOf } from './json-file.js';

const fields = new Map([
  ['HTTP_PROXY', 'httpProxy'],
  ['HTTPS_PROXY', 'httpsProxy'],
  ['NO_PROXY', 'noProxy'],
  ['FTP_PROXY', 'ftpProxy'],
]);

/**
 * The build arguments that docker's `config.json` asks for: its proxies for the daemon at `host`, such
 * as `unix:///var/run/docker.sock`, else its default ones.
 *
 * As in buildx, they come after `given`, whose names count in any case. Throws `INVALID_ARGUMENT` for
 * a broken file.
 */
export function proxyBuildArgs(
  given: Readonly<Record<string, string>>,
  host: string,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const { proxies } = readDockerConfig(dockerConfigDirectory(env));
  const proxy = proxies.get(host) ?? proxies.get('default') ?? {};
  const known = new Set(Object.keys(given).map((name) => name.toUpperCase()));
  const args = [...fields].map(([name, field]) => [name, textOf(proxy[field])] as const);
  return Object.fromEntries(args.filter(([name, value]) => value !== '' && !known.has(name)));
}
