import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBridge } from './engines/bridge.js';
import { startBuildkitd } from './engines/buildkitd.js';
import { type Certificates, makeCertificates } from './engines/certificates.js';
import { findClients } from './engines/clients.js';
import { type Engine, startEngine } from './engines/engine.js';
import { startRegistry } from './engines/registry.js';
import type { BuildkitInfo, EngineInfo, ImageStore, TestbedInfo, TlsClientInfo } from './info.js';
import { ensureRootfs } from './rootfs/rootfs.js';

const SERVER_NAME = 'builder.test';

export interface StartOptions {
  /** Folder for all state; the caller removes it. */
  dir: string;
  /** Whether engines keep their data in memory. */
  inMemory: boolean;
  say: (line: string) => void;
  /** Everything is put here before it has started, so that a stop or failure half-way cleans up. */
  started: AsyncDisposable[];
}

/** Starts every engine in parallel; resolves when all answer. */
export async function startTestbed({
  dir,
  inMemory,
  say,
  started,
}: StartOptions): Promise<TestbedInfo> {
  const rootfs = await ensureRootfs(say);
  await mkdir(dir, { recursive: true });
  const keep = <T extends AsyncDisposable>(starting: Promise<T>): Promise<T> => {
    started.push({ [Symbol.asyncDispose]: async () => (await starting)[Symbol.asyncDispose]() });
    return starting;
  };
  const engine = (name: string, store: ImageStore) =>
    keep(startEngine({ store, rootfs, stateDir: join(dir, name), inMemory }));

  const certificates = makeCertificates(join(dir, 'certificates'), SERVER_NAME);
  const [clients, classic, containerd, builder, registry, others, certs] = await Promise.all([
    findClients(rootfs, join(dir, 'docker-config')),
    engine('classic', 'classic'),
    engine('containerd', 'containerd'),
    engine('builder', 'containerd'),
    keep(startRegistry({ rootfs, stateDir: join(dir, 'registry') })),
    otherBuildkits(rootfs, dir, certificates, keep),
    certificates,
  ]);
  const { socket } = builder;
  const plain = await keep(startBridge({ socket }));
  const secure = await keep(startBridge({ socket, tls: await serverTls(certs) }));
  const builderTls = clientTls(secure.address, certs);
  return {
    dir,
    rootfs,
    supervisorPid: process.pid,
    classic: describe(classic),
    containerd: describe(containerd),
    builder: { ...describe(builder), address: plain.address },
    builderTls,
    registry: { address: registry.address },
    buildkits: [{ name: 'embedded', address: plain.address, tls: builderTls }, ...others],
    clients,
  };
}

/** The BuildKits that the environment names. */
async function otherBuildkits(
  rootfs: string,
  dir: string,
  certificates: Promise<Certificates>,
  keep: <T extends AsyncDisposable>(starting: Promise<T>) => Promise<T>,
): Promise<BuildkitInfo[]> {
  const { WARMDOCK_TEST_BUILDKITD: program, WARMDOCK_TEST_BUILDKIT_ADDR: address } = process.env;
  const external: BuildkitInfo[] = address ? [{ name: 'external', address }] : [];
  if (!program) return external;
  const certs = await certificates;
  const at = (name: string) => ({ program, rootfs, stateDir: join(dir, name) });
  const [plain, secure] = await Promise.all([
    keep(startBuildkitd(at('buildkitd'))),
    keep(startBuildkitd({ ...at('buildkitd-tls'), certificates: certs })),
  ]);
  const { address: tcp, unixAddress } = plain;
  const tls = clientTls(secure.address, certs);
  return [{ name: 'standalone', address: tcp, unixAddress, tls }, ...external];
}

function describe({ store, socket, host, pid, logPath }: Engine): EngineInfo {
  return { store, socket, host, pid, logPath };
}

function clientTls(address: string, { ca, clientCert, clientKey }: Certificates): TlsClientInfo {
  return { address, ca, cert: clientCert, key: clientKey, serverName: SERVER_NAME };
}

async function serverTls({ ca, serverCert, serverKey }: Certificates) {
  const [caPem, cert, key] = await Promise.all(
    [ca, serverCert, serverKey].map((path) => readFile(path, 'utf8')),
  );
  return { ca: caPem as string, cert: cert as string, key: key as string };
}
