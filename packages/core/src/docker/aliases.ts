import { dockerConfigDirectory, readDockerConfig } from './config.js';

/** What docker's `config.json` has words stand for; `docker buildx install` makes `builder` mean `buildx`. */
export function dockerAliases(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  return readDockerConfig(dockerConfigDirectory(env)).aliases;
}
