import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { pipeline } from 'node:stream';
import { type FaultProxy, startFaultProxy, withShell } from '@warmdock/testkit';
import { expect, onTestFinished, vi } from 'vitest';
import type { Progress } from '../../src/progress.js';
import { busybox, contextOf, temporaryFolder } from './context.js';

/** A way to an address that can be cut, slowed and frozen; closed with the test. */
export async function proxyTo(address: string): Promise<FaultProxy> {
  const { hostname: host, port } = new URL(address);
  const proxy = await startFaultProxy({ target: { host, port: Number(port) } });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

/** No byte passes any more, in either direction; connections stay. */
export function freeze(proxy: FaultProxy): void {
  proxy.upstream = { blackHole: true };
  proxy.downstream = { blackHole: true };
}

/** The address of something that takes connections and never says a word. */
export async function silentAddress(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  return addressOf(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** Where a server listens until the test ends. */
export async function addressOf(server: Server, stop = () => {}): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    stop();
    server.close();
  });
  const address = server.address();
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Ties a connection to an address, `unix://path` or `tcp://host:port`: both end together. */
export function pipeTo(client: Socket, address: string): void {
  const { protocol, hostname, port, pathname } = new URL(address);
  const place = protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port) };
  const service = connect(place);
  pipeline(client, service, client, () => service.destroy());
}

/** A context whose build runs a step for a minute; the step's process has the marker in its arguments. */
export function sleepingContext(marker: string = randomUUID()): string {
  const step = `RUN --network=none echo begun && sleep 60 # ${marker}`;
  return contextOf({ Dockerfile: `${withShell}\n${step}`, busybox });
}

/** How many processes of this machine have the marker in their arguments. */
export function processesWith(marker: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => argumentsOf(pid).includes(marker)).length;
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a step of a `sleepingContext` is running. */
export function hasBegun(event: Progress): boolean {
  return (
    event.type === 'solve' && event.status.logs.some(({ msg }) => String(msg).includes('begun'))
  );
}

/** Runs `work` and expects it to settle in time. */
export async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    expect(performance.now() - start).toBeLessThan(limitMs);
  }
}

/**
 * Notes what is open now, and makes sure that no more is when `expectNothingLeft` is called: no
 * connection, and no folder for blobs.
 */
export function watchLeftovers(): { expectNothingLeft(): Promise<void> } {
  vi.stubEnv('TMPDIR', temporaryFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  const before = openConnections();
  return {
    async expectNothingLeft() {
      await expect.poll(openConnections).toBeLessThanOrEqual(before);
      await expect.poll(() => readdirSync(tmpdir()).filter(isSpool)).toEqual([]);
    },
  };
}

function openConnections(): number {
  const open = process.getActiveResourcesInfo();
  return open.filter((name) => /^(TCPSocketWrap|PipeWrap|TLSWrap)$/.test(name)).length;
}

function isSpool(name: string): boolean {
  return name.startsWith('warmdock-spool-');
}
