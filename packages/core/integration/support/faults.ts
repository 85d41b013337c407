import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { type FaultProxy, startFaultProxy } from '@warmdock/testkit';
import { expect, onTestFinished } from 'vitest';
import type { Progress } from '../../src/build/progress.js';
import { busybox, contextOf, withShell } from './context.js';

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

/** A context whose build runs a step for so long. */
export function sleepingContext(seconds = 60): string {
  const unique = `# ${Date.now()}-${Math.random()}`;
  return contextOf({
    Dockerfile: `${withShell}\nRUN --network=none echo begun && sleep ${seconds} ${unique}`,
    busybox,
  });
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

/** What of ours is open: sockets and pipes, and folders for blobs. */
export function leftovers(): { connections: number; spools: string[] } {
  const open = process
    .getActiveResourcesInfo()
    .filter((name) => /TCPSocket|Pipe(?!Wrap)/.test(name));
  const spools = readdirSync(tmpdir()).filter((name) => name.startsWith('warmdock-spool-'));
  return { connections: open.length, spools };
}
