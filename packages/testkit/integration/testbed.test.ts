import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type ConnectionOptions, connect } from 'node:tls';
import {
  importBaseImage,
  makeContext,
  makeDockerConfig,
  outputOf,
  printedBy,
  pushTestImage,
  randomImage,
  runClient,
  runCommand,
  runDocker,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namespacePrefix } from '../src/testbed/engines/clients.js';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'warmdock-testbed-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

interface Info {
  Driver: string;
  DriverStatus: [string, string][];
  ServerVersion: string;
}

function infoOf(socketPath: string): Promise<Info> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: '/info' }, (response) => {
      json(response).then((info) => resolve(info as Info), reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('engines', () => {
  test.each([
    ['classic', 'overlay2', ['Backing Filesystem', 'tmpfs']],
    ['containerd', 'overlayfs', ['driver-type', 'io.containerd.snapshotter.v1']],
    ['builder', 'overlayfs', ['driver-type', 'io.containerd.snapshotter.v1']],
  ] as const)('%s keeps its images with driver %s', async (name, driver, status) => {
    const info = await infoOf(useTestbed()[name].socket);
    expect(info.Driver).toBe(driver);
    expect(info.DriverStatus).toContainEqual(status);
    expect(Number.parseInt(info.ServerVersion, 10)).toBeGreaterThanOrEqual(26);
  });

  test.each(['classic', 'containerd'] as const)('%s runs an imported busybox', async (name) => {
    const { host, socket } = useTestbed()[name];
    const image = await importBaseImage({ socket }, 'testbed-busybox:1');
    expect(await printedBy(host, image.name, ['echo', 'it runs'])).toBe('it runs\n');
    await runDocker(['image', 'rm', image.name], { host });
  });

  test('log nothing fatal', async () => {
    const { classic, containerd } = useTestbed();
    for (const { logPath } of [classic, containerd]) {
      expect(await readFile(logPath, 'utf8')).not.toMatch(/level=(fatal|panic)/);
    }
  });
});

describe('clients', () => {
  test.each(['docker', 'buildx', 'compose', 'crane'] as const)('%s runs', async (client) => {
    const { host } = useTestbed().classic;
    await outputOf(runClient(client, ['version'], { host }));
  });

  test('a compose that cannot print its builds is beside the one that can', async () => {
    const version = await outputOf(runClient('oldCompose', ['version', '--short']));
    expect(version).toMatch(/^2\.26\./);
  });

  test('run in a namespace where they cannot run directly', async () => {
    const { rootfs, clients, classic } = useTestbed();
    const env = { DOCKER_HOST: classic.host, DOCKER_CONFIG: clients.configDir };
    const argv = [...namespacePrefix(rootfs), clients.docker, 'buildx', 'ls'];
    await outputOf(runCommand(argv, { env, cwd: scratch }));
  });
});

describe('registry', () => {
  test('takes an image that every engine can pull', async () => {
    const { registry, classic, containerd } = useTestbed();
    const image = await randomImage({ name: 'testbed-random:1' });
    const reference = await pushTestImage(registry, image);
    for (const { host } of [classic, containerd]) {
      await outputOf(runDocker(['pull', '--quiet', reference], { host }));
      await outputOf(runDocker(['image', 'rm', reference], { host }));
    }
    const url = `http://${registry.address}/v2/testbed-random/manifests/1`;
    const accept = 'application/vnd.oci.image.manifest.v1+json';
    const { headers } = await fetch(url, { headers: { accept } });
    expect(headers.get('docker-content-digest')).toBe(image.manifestDigest);
  });
});

describe('builders', () => {
  const builders = () =>
    useTestbed().buildkits.flatMap(({ name, address, unixAddress, tls }) => [
      { name: `${name} over TCP`, address, options: '' },
      ...(unixAddress
        ? [{ name: `${name} over its socket`, address: unixAddress, options: '' }]
        : []),
      ...(tls
        ? [{ name: `${name} over mutual TLS`, address: tls.address, options: tlsOptions(tls) }]
        : []),
    ]);

  const tlsOptions = (tls: { ca: string; cert: string; key: string; serverName: string }) =>
    `cacert=${tls.ca},cert=${tls.cert},key=${tls.key},servername=${tls.serverName}`;

  async function buildOn(
    builder: { address: string; options: string },
    config: string,
    tag: string,
  ) {
    const { host } = useTestbed().classic;
    const env = { DOCKER_CONFIG: await makeDockerConfig(config) };
    const driver = [
      '--driver',
      'remote',
      ...(builder.options ? ['--driver-opt', builder.options] : []),
    ];
    await runDocker(['buildx', 'create', '--name', 'b', ...driver, builder.address], { env, host });
    const context = makeContext(join(config, 'context'), { layers: 2, layerBytes: 4096 });
    const args = ['buildx', 'build', '--builder', 'b', '--load', '-t', tag, context];
    return runDocker(args, { env, host });
  }

  test.each(builders())('buildx builds on $name and loads the result', async (builder) => {
    const { host } = useTestbed().classic;
    const config = await mkdtemp(join(scratch, 'config-'));
    await outputOf(buildOn(builder, config, 'testbed-built:1'));
    await outputOf(runDocker(['image', 'rm', 'testbed-built:1'], { host }));
  });

  test('mutual TLS greets a client with a certificate', async () => {
    await expect(greet({})).resolves.toBe('greeted');
  });

  test.each([
    ['a client without a certificate', { cert: undefined, key: undefined }],
    ['another server name', { servername: 'another.test' }],
  ])('mutual TLS fails for %s', async (_, change) => {
    await expect(greet(change)).rejects.toThrow();
  });

  /** Resolves when the server sends its HTTP/2 settings: with TLS 1.3 the handshake alone proves nothing. */
  async function greet(change: ConnectionOptions): Promise<string> {
    const { address, serverName, ...files } = useTestbed().builderTls;
    const [ca, cert, key] = await Promise.all(
      [files.ca, files.cert, files.key].map((path) => readFile(path, 'utf8')),
    );
    const { hostname: host, port } = new URL(address);
    const tls = { ca, cert, key, host, port: Number(port), servername: serverName, ...change };
    return new Promise((resolve, reject) => {
      const socket = connect({ ...tls, ALPNProtocols: ['h2'] } as ConnectionOptions);
      socket.once('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
      socket.once('data', () => resolve('greeted')).once('data', () => socket.destroy());
      socket.once('error', reject).once('close', () => reject(new Error('closed')));
    });
  }
});
