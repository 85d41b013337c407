import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contextId } from '../../docker/contexts.js';
import { readJsonObject } from '../../docker/json-file.js';
import { WarmdockError } from '../../errors.js';
import { WireObject } from '../answers/wire-object.js';
import { type EngineEndpoint, type EngineTls, parseEngineAddress } from './endpoint.js';

/**
 * The endpoint of a docker context.
 *
 * Its files are named by the SHA-256 of its name: `contexts/meta/ID/meta.json` and, for TLS,
 * `contexts/tls/ID/docker/{ca,cert,key}.pem`. Throws `NOT_FOUND` when there is no such context.
 */
export function contextEndpoint(configDirectory: string, name: string): EngineEndpoint {
  const id = contextId(name);
  const path = join(configDirectory, 'contexts', 'meta', id, 'meta.json');
  const meta = readJsonObject(path, 'docker context');
  const docker = meta && new WireObject(meta, path).object('Endpoints')?.object('docker');
  if (!docker) {
    throw new WarmdockError(
      'NOT_FOUND',
      `docker context ${JSON.stringify(name)} does not exist in ${configDirectory}`,
      {
        hint: 'See `docker context ls`, or name a daemon with DOCKER_HOST.',
      },
    );
  }
  const skipVerify = docker.flag('SkipTLSVerify');
  const tls = tlsFilesIn(join(configDirectory, 'contexts', 'tls', id, 'docker'), !skipVerify);
  const usesTls = skipVerify || tls.caFile || tls.certFile;
  return parseEngineAddress(docker.optionalText('Host') ?? 'unix://', usesTls ? tls : undefined);
}

/** The PEM files that a directory holds under docker's names. */
export function tlsFilesIn(directory: string, verify: boolean): EngineTls {
  const present = (file: string) =>
    existsSync(join(directory, file)) ? join(directory, file) : undefined;
  const [caFile, certFile, keyFile] = [present('ca.pem'), present('cert.pem'), present('key.pem')];
  return {
    verify,
    ...(caFile && { caFile }),
    ...(certFile && { certFile }),
    ...(keyFile && { keyFile }),
  };
}
