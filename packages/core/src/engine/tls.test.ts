import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EngineTls } from './endpoint/endpoint.js';
import { connectEngine } from './engine.js';

let directory: string;
let files: Certificates;
let server: Server;
let port: number;

/** A daemon behind mutual TLS, whose certificate is for `localhost` and no other name. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'engine-tls-'));
  files = await makeCertificates(directory, 'localhost');
  const read = (path: string) => readFileSync(path);
  const credentials = {
    ca: read(files.ca),
    cert: read(files.serverCert),
    key: read(files.serverKey),
  };
  server = createServer(
    { ...credentials, requestCert: true, rejectUnauthorized: true },
    (_, response) => {
      response.writeHead(200, { 'api-version': '1.51' }).end();
    },
  );
  server.on('upgrade', (_, stream) => {
    stream.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    stream.pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

const client = (): EngineTls => ({
  verify: true,
  caFile: files.ca,
  certFile: files.clientCert,
  keyFile: files.clientKey,
});
const connect = (tls: EngineTls | undefined, host = 'localhost') =>
  connectEngine({ kind: 'tcp', host, port, ...(tls && { tls }) });

describe('an engine over TLS', () => {
  it('is sent small pieces at once', async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    onTestFinished(() => setNoDelay.mockRestore());
    const stream = await connect(client()).hijack('/grpc', { protocol: 'h2c' });
    expect(setNoDelay.mock.contexts).toContain(stream);
    stream.destroy();
  });

  it('presents its certificate and checks that of the daemon', async () => {
    const engine = connect(client());
    expect(await engine.ping()).toMatchObject({ apiVersion: '1.51' });
    engine.close();
  });

  it('upgrades connections', async () => {
    const stream = await connect(client()).hijack('/grpc', { protocol: 'h2c' });
    stream.write('x');
    expect(String((await once(stream, 'data'))[0])).toBe('x');
    stream.destroy();
  });

  it('is dialled for HTTP/2 where it agrees to that', async () => {
    const [cert, key] = [readFileSync(files.serverCert), readFileSync(files.serverKey)];
    const modern = createSecureServer({ cert, key });
    await new Promise<void>((resolve) => modern.listen(0, '127.0.0.1', resolve));
    const { port } = modern.address() as AddressInfo;
    const endpoint = { kind: 'tcp', host: 'localhost', port, tls: client() } as const;
    const stream = await connectEngine(endpoint).dial();
    const session = connectHttp2('https://localhost', { createConnection: () => stream });
    await once(session, 'remoteSettings');
    session.destroy();
    modern.close();
  });

  it('is not where it does not', async () => {
    await expect(connect(client()).dial()).rejects.toMatchObject({ name: 'WarmdockError' });
  });

  it('refuses a certificate for another name', async () => {
    await expect(connect(client(), '127.0.0.1').ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      hint: expect.stringContaining('certificates'),
    });
  });

  it('refuses an unknown authority, unless verification is off', async () => {
    const { caFile: _, ...unknown } = client();
    await expect(connect(unknown).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      hint: expect.stringContaining('certificates'),
    });
    const engine = connect({ ...unknown, verify: false }, '127.0.0.1');
    expect(await engine.ping()).toMatchObject({ apiVersion: '1.51' });
    engine.close();
  });

  it('fails where it has no certificate to present', async () => {
    await expect(connect({ verify: true, caFile: files.ca }).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('fails where the client speaks no TLS', async () => {
    await expect(connect(undefined).ping()).rejects.toMatchObject({ name: 'WarmdockError' });
  });

  it('names the file that cannot be read', async () => {
    const missing = join(directory, 'missing.pem');
    await expect(connect({ ...client(), caFile: missing }).ping()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(missing),
    });
  });
});
