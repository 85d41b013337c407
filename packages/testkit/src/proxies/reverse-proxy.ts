import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from '../testbed/engines/certificates.js';
import { acceptsConnections, freePort } from '../testbed/engines/probes.js';
import { untilReady } from '../testbed/engines/ready.js';
import { startRootfsProcess } from '../testbed/engines/rootfs-process.js';
import { haproxy } from './haproxy.js';
import { nghttpx } from './nghttpx.js';
import { nginx } from './nginx.js';
import type { ProxyKind } from './proxy-kind.js';

const kinds = { nginx, haproxy, nghttpx } satisfies Record<string, ProxyKind>;

export type ProxyName = keyof typeof kinds;

export const proxyNames: readonly ProxyName[] = ['nginx', 'haproxy', 'nghttpx'];

export interface ReverseProxyOptions {
  name: ProxyName;
  rootfs: string;
  stateDir: string;
  /** Port of the loopback on which a server speaks HTTP/2 without TLS. */
  backendPort: number;
  /** Serve TLS, and take requests for `serverName` alone. */
  tls?: { certificates: Certificates; serverName: string };
  /** Leave its limits as they come: those of nginx are too small for builds. Default: false. */
  asInstalled?: boolean;
}

export interface ReverseProxy extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT` */
  readonly address: string;
  readonly logPath: string;
}

/** Starts a proxy of the rootfs before a gRPC server, set up as its documentation says; resolves when it takes connections. */
export async function startReverseProxy(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const { name, rootfs, stateDir, backendPort, tls, asInstalled = false } = options;
  const port = await freePort();
  const authority = tls?.serverName ?? `127.0.0.1:${port}`;
  await mkdir(stateDir, { recursive: true });
  const setup = {
    port,
    backendPort,
    authority,
    asInstalled,
    tls: tls && (await putTls(stateDir, tls)),
  };
  const { settings, command } = kinds[name] as ProxyKind;
  if (settings) await writeFile(join(stateDir, 'settings'), settings(setup));
  const proxy = startRootfsProcess({
    rootfs,
    stateDir,
    command: command(setup, '/srv/settings'),
    logPath: join(stateDir, `${name}.log`),
  });
  try {
    await untilReady(name, proxy, () => acceptsConnections({ host: '127.0.0.1', port }));
  } catch (error) {
    await proxy.kill();
    throw error;
  }
  return {
    address: `tcp://127.0.0.1:${port}`,
    logPath: proxy.logPath,
    [Symbol.asyncDispose]: proxy.kill,
  };
}

async function putTls(stateDir: string, { certificates }: { certificates: Certificates }) {
  const { serverCert, serverKey } = certificates;
  await copyFile(serverCert, join(stateDir, 'cert.pem'));
  await copyFile(serverKey, join(stateDir, 'key.pem'));
  const texts = await Promise.all([serverCert, serverKey].map((path) => readFile(path, 'utf8')));
  await writeFile(join(stateDir, 'both.pem'), texts.join(''));
  return { cert: '/srv/cert.pem', key: '/srv/key.pem', both: '/srv/both.pem' };
}
