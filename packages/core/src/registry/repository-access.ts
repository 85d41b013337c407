import type { CallOptions } from '../content/content.js';
import { isWarmdockError } from '../errors.js';
import { drop, type Method, type Reply } from './http/exchange.js';
import type { RegistryClient, RegistryRequest } from './http/registry-client.js';
import { RegistryError } from './http/registry-error.js';
import type { HostCapability } from './http/registry-host.js';

/** Who is asked for one repository. */
export interface RepositoryAccess {
  readonly registry: string;
  readonly path: string;
  /** Mirrors in their order. */
  readonly mirrors: readonly RegistryClient[];
  readonly origin: RegistryClient;
  /** Hears of a mirror that did not serve, and of other ways that were taken. */
  readonly onNotice: (message: string) => void;
}

/** A request below one repository. */
export interface RepositoryRequest extends CallOptions {
  /** "reading blob sha256:...", to which the repository's name is added. */
  readonly doing: string;
  readonly method?: Method | undefined;
  /** Below the repository, such as `tags/list`; or where the registry has sent to. */
  readonly place: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RegistryRequest['body'];
  readonly accepts: readonly number[];
  readonly isRepeatable?: boolean;
  /** Other repositories that the request reads. */
  readonly reads?: readonly string[];
}

/** `reading blob sha256:... of registry.example/app`. */
export function operationOf({ registry, path }: RepositoryAccess, doing: string): string {
  return `${doing} of ${registry}/${path}`;
}

/** Asks the mirrors that may be asked for this, and then the registry itself. */
export async function read(
  access: RepositoryAccess,
  capability: HostCapability,
  request: RepositoryRequest,
): Promise<Reply> {
  for (const mirror of access.mirrors) {
    if (!mirror.host.capabilities.has(capability)) continue;
    const reply = await readFromMirror(access, mirror, request);
    if (reply) return reply;
  }
  return access.origin.request(forRepository(access, request, 'pull'));
}

async function readFromMirror(
  access: RepositoryAccess,
  mirror: RegistryClient,
  request: RepositoryRequest,
): Promise<Reply | undefined> {
  try {
    const reply = await mirror.request(forRepository(access, request, 'pull'));
    if (reply.status !== 404) return reply;
    await drop(reply);
    return undefined;
  } catch (error) {
    if (request.signal?.aborted || !isWarmdockError(error)) throw error;
    // What a mirror lacks is nothing to tell.
    if (!(error instanceof RegistryError && error.status === 404))
      access.onNotice(`mirror ${mirror.host.base.host} was passed over: ${error.message}`);
    return undefined;
  }
}

/** Asks the registry itself for something that changes the repository. */
export function write(access: RepositoryAccess, request: RepositoryRequest): Promise<Reply> {
  return access.origin.request(forRepository(access, request, 'pull,push'));
}

/** Asks the registry itself to delete. */
export function remove(access: RepositoryAccess, request: RepositoryRequest): Promise<Reply> {
  return access.origin.request(forRepository(access, request, 'delete,pull'));
}

function forRepository(
  access: RepositoryAccess,
  { doing, method = 'GET', place, reads = [], ...rest }: RepositoryRequest,
  actions: string,
): RegistryRequest {
  return {
    ...rest,
    operation: operationOf(access, doing),
    method,
    place: typeof place === 'string' ? `${access.path}/${place}` : place,
    scopes: [
      `repository:${access.path}:${actions}`,
      ...reads.map((path) => `repository:${path}:pull`),
    ],
  };
}
