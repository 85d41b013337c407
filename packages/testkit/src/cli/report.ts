import { acceptsConnections, answersOk } from '../testbed/engines/probes.js';
import { readTestbed, statePath } from '../testbed/state.js';

/** Prints what runs in `dir` and whether each part answers; resolves to the exit code, 0 when all do. */
export async function report(dir: string): Promise<number> {
  const info = readTestbed(dir);
  if (info === undefined) {
    console.log(`no testbed is up in ${dir}`);
    return 1;
  }
  const parts = [
    ...(['classic', 'containerd', 'builder'] as const).map((name) => {
      const { host, socket } = info[name];
      return { name, address: host, probe: answersOk({ socketPath: socket, path: '/_ping' }) };
    }),
    { name: 'registry', address: info.registry.address, probe: acceptsTcp(info.registry.address) },
    ...info.buildkits.flatMap(({ name, address, unixAddress, tls }) => [
      { name: `buildkit ${name}`, address, probe: acceptsAt(address) },
      ...(unixAddress
        ? [{ name: `buildkit ${name}`, address: unixAddress, probe: acceptsAt(unixAddress) }]
        : []),
      ...(tls
        ? [{ name: `buildkit ${name} mTLS`, address: tls.address, probe: acceptsAt(tls.address) }]
        : []),
    ]),
  ];
  const answers = await Promise.all(parts.map(({ probe }) => probe.catch(() => false)));
  for (const [at, { name, address }] of parts.entries()) {
    console.log(`${name.padEnd(26)} ${answers[at] ? 'up  ' : 'DOWN'} ${address}`);
  }
  console.log(
    `docker ${info.clients.docker}\nstate  ${statePath(dir)}\npid    ${info.supervisorPid}`,
  );
  return answers.every(Boolean) ? 0 : 1;
}

function acceptsAt(address: string): Promise<boolean> {
  const { protocol, host, pathname } = new URL(address);
  return protocol === 'unix:' ? acceptsConnections({ path: pathname }) : acceptsTcp(host);
}

function acceptsTcp(hostAndPort: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${hostAndPort}`);
  return acceptsConnections({ host: hostname, port: Number(port) });
}
