import {
  type BuildkitInfo,
  makeDockerConfig,
  outputOf,
  runDocker,
  type TlsClientInfo,
} from '@warmdock/testkit';
import { temporaryFolder } from './context.js';

/** A buildx store of one test, as `docker buildx create` itself wrote it. */
export interface BuildxStore {
  /** Of the builder in it. */
  readonly name: string;
  /** Leads docker, and us, to the store. */
  readonly env: Record<string, string>;
}

/** A builder of the remote driver at the BuildKit, by mutual TLS when `tls` is given. */
export async function buildxWith(
  { address }: Pick<BuildkitInfo, 'address'>,
  tls?: TlsClientInfo,
): Promise<BuildxStore> {
  const name = 'remote-builder';
  const env = { DOCKER_CONFIG: await makeDockerConfig(temporaryFolder()) };
  const options = tls ? ['--driver-opt', tlsOptions(tls)] : [];
  const create = ['buildx', 'create', '--name', name, '--driver', 'remote', ...options];
  await outputOf(runDocker([...create, tls?.address ?? address], { env }));
  return { name, env };
}

function tlsOptions({ ca, cert, key, serverName }: TlsClientInfo): string {
  return `cacert=${ca},cert=${cert},key=${key},servername=${serverName}`;
}
