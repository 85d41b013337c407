import { parseReference } from '../oci/reference.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import {
  acceptedBy,
  type Checks,
  callback,
  either,
  flag,
  listOf,
  mapOf,
  number,
  object,
  text,
} from '../options/checks.js';
import type { Repository } from './repository.js';
import type { RegistryLogin, RepositoryOptions } from './repository-options.js';

/** Where the user's settings are. */
export interface RepositoryContext {
  /** Where proxies, logins and folders are looked up, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const login = object(
  'a login',
  { username: text, password: text } satisfies Checks<RegistryLogin>,
  ['username', 'password'],
);

const optionChecks: Checks<RepositoryOptions> = {
  plainHttp: flag,
  login: either(
    acceptedBy('null', (value) => value === null),
    login,
  ),
  certsDirectories: listOf(text),
  onNotice: callback,
  stallMs: number,
  retries: number,
};

const contextChecks: Checks<RepositoryContext> = { env: mapOf(text) };

/**
 * Opens the repository that a reference such as `registry.example/team/app:1.0` names; its tag and
 * digest do not matter. Nothing is asked of the registry yet.
 *
 * Speaks the OCI distribution specification 1.1. Logins are docker's, proxies those of the
 * environment, certificates and mirrors those of docker and containerd. Calls throw
 * `PERMISSION_DENIED` for logins that are missing or refused, `UNAVAILABLE` after five tries,
 * `NOT_FOUND`. Throws `INVALID_ARGUMENT` for a reference or a file of settings that is none.
 */
export async function openRepository(
  reference: string,
  options: RepositoryOptions = {},
  context: RepositoryContext = {},
): Promise<Repository> {
  checkArgument('openRepository', 'reference', reference, text);
  checkOptions('openRepository', options, optionChecks);
  checkOptions('openRepository', context, contextChecks);
  const named = parseReference(reference);
  const { connectRepository } = await import('./connect-repository.js');
  return connectRepository(named, options, context.env ?? process.env);
}
