import type { SecretSource } from '../../buildkit/session/secrets.js';
import { type HostAddresses, parseAddHost } from '../flags/add-host.js';
import { type Annotation, parseAnnotation } from '../flags/annotation.js';
import { type Attestation, parseAttestation } from '../flags/attestation.js';
import { type BuildContext, parseBuildContext } from '../flags/build-context.js';
import { type CacheOption, parseCacheOption } from '../flags/cache.js';
import { type Output, parseOutput } from '../flags/output.js';
import { parseSecretSpec } from '../flags/secret.js';
import { parseSsh, type SshSource } from '../flags/ssh.js';
import { parseUlimit, type Ulimit } from '../flags/ulimit.js';
import type { BuildOptions } from './build-plan.js';

/** What the lists of `BuildOptions` hold once their texts are parsed. */
interface ParsedLists {
  readonly secrets?: readonly SecretSource[] | undefined;
  readonly buildContexts?: readonly BuildContext[] | undefined;
  readonly ssh?: readonly SshSource[] | undefined;
  readonly addHosts?: readonly HostAddresses[] | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
  readonly attestations?: readonly Attestation[] | undefined;
  readonly cacheFrom?: readonly CacheOption[] | undefined;
  readonly cacheTo?: readonly CacheOption[] | undefined;
  readonly outputs?: readonly Output[] | undefined;
}

/** Options without texts in place of objects. */
export type ParsedOptions = Omit<BuildOptions, keyof ParsedLists> & ParsedLists;

/**
 * The options with each text parsed as buildx parses its flag; `env` tells which variables secrets may
 * come from. Throws `INVALID_ARGUMENT` for what buildx would not take.
 */
export function parseOptions(options: BuildOptions, env: NodeJS.ProcessEnv): ParsedOptions {
  return {
    ...options,
    secrets: parsed(options.secrets, (text) => parseSecretSpec(text, env)),
    buildContexts: parsed(options.buildContexts, parseBuildContext),
    ssh: parsed(options.ssh, parseSsh),
    addHosts: parsed(options.addHosts, parseAddHost),
    ulimits: parsed(options.ulimits, parseUlimit),
    annotations: parsed(options.annotations, parseAnnotation),
    attestations: parsed(options.attestations, (text) => parseAttestation(text)),
    cacheFrom: parsed(options.cacheFrom, (text) => parseCacheOption(text)),
    cacheTo: parsed(options.cacheTo, (text) => parseCacheOption(text, '--cache-to')),
    outputs: parsed(options.outputs, parseOutput),
  };
}

function parsed<T extends object>(
  list: readonly (T | string)[] | undefined,
  parse: (text: string) => T | T[],
): readonly T[] | undefined {
  return list?.flatMap((each) => (typeof each === 'string' ? parse(each) : each));
}
