import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ListenAddress, type Listening, listenAt } from './listen.js';

/** What goes wrong in one direction of a connection. */
export interface Faults {
  /** Every chunk waits so long. */
  delayMs?: number;
  /** The connection breaks, both ways, after so many bytes. */
  cutAfterBytes?: number;
  /** Bytes vanish, and the connection stays open. */
  blackHole?: boolean;
}

export interface FaultProxyOptions {
  target: { path: string } | { host: string; port: number };
  /** Default `tcp`. */
  place?: ListenAddress;
  /** From the client to the target. */
  upstream?: Faults;
  /** From the target to the client. */
  downstream?: Faults;
}

export interface FaultProxy extends Listening {
  /** May be changed at any time; open connections follow. */
  upstream: Faults;
  downstream: Faults;
}

/** Passes connections on to `target`, byte for byte but for the faults asked for. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const faults = { upstream: options.upstream ?? {}, downstream: options.downstream ?? {} };
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect(options.target);
    const broken = () => {
      client.destroy();
      target.destroy();
    };
    for (const end of [client, target]) end.on('error', broken).on('close', broken);
    pass(client, target, () => proxy.upstream, broken);
    pass(target, client, () => proxy.downstream, broken);
  });
  const proxy: FaultProxy = Object.assign(await listenAt(server, options.place ?? 'tcp'), faults);
  return proxy;
}

function pass(from: Socket, to: Socket, faults: () => Faults, cut: () => void): void {
  let passedBytes = 0;
  const filter = new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      const { delayMs = 0, cutAfterBytes = Number.POSITIVE_INFINITY, blackHole = false } = faults();
      if (delayMs > 0) await sleep(delayMs);
      const allowed = chunk.subarray(0, Math.max(0, cutAfterBytes - passedBytes));
      passedBytes += chunk.length;
      if (passedBytes >= cutAfterBytes) to.write(allowed, cut);
      else done(null, blackHole ? undefined : allowed);
    },
  });
  from.pipe(filter).pipe(to);
}
