import { parseGoBool } from '@warmdock/core/internal';
import { parseFlags } from '../../flags/parse-flags.js';
import { pullFlags } from '../../flags/tables/docker-flags.js';
import type { RoutedWords } from './route-compose.js';

/** A pull that may be carried out here. */
export interface PullCall {
  /** As it was typed. */
  readonly name: string;
  /** Default the daemon's. */
  readonly platform: string | undefined;
  readonly quiet: boolean;
}

/** Decides whether `docker pull WORDS...` may be carried out here. Throws `FlagError`. */
export function routePull(words: readonly string[], env: NodeJS.ProcessEnv): RoutedWords<PullCall> {
  const { values, positionals } = parseFlags(words, pullFlags);
  const last = (name: string) => values.get(name)?.at(-1);
  const isOn = (name: string) => last(name) === 'true';
  const [name, ...more] = positionals;
  if (isOn('help')) return { passThroughReason: 'it asks for help' };
  if (name === undefined || more.length > 0)
    return { passThroughReason: 'docker is to say what is wrong: pull requires 1 argument' };
  if (isOn('all-tags')) return { passThroughReason: '--all-tags asks for more than one image' };
  if (checksSignatures(last('disable-content-trust'), env))
    return { passThroughReason: 'content trust is for docker to check' };
  // Docker gives the image that name besides, which no load can.
  if (name.includes('@')) return { passThroughReason: 'docker names the image by its digest' };
  const platform = (last('platform') ?? env.DOCKER_DEFAULT_PLATFORM) || undefined;
  return { call: { name, platform, quiet: isOn('quiet') } };
}

/** By the flag, else by the variable: docker takes any value for yes that does not say no. */
function checksSignatures(flag: string | undefined, env: NodeJS.ProcessEnv): boolean {
  if (flag !== undefined) return flag === 'false';
  const { DOCKER_CONTENT_TRUST: text = '' } = env;
  return text !== '' && parseGoBool(text) !== false;
}
