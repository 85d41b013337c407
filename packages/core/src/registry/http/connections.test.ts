import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeBytes } from '../../content/testing/memory-source.js';
import { openRepository } from '../open-repository.js';
import { env } from '../repository.testing.js';

/** `host:port` of a server that wants a certificate of its clients. */
async function pickyServer(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const certificates = await makeCertificates(folder, '127.0.0.1');
  const [ca, cert, key] = [certificates.ca, certificates.serverCert, certificates.serverKey].map(
    (path) => readFileSync(path, 'utf8'),
  );
  const clients = { requestCert: true, rejectUnauthorized: true };
  const server = createServer({ ca, cert, key, maxVersion, ...clients } as object);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a server that wants a certificate of its clients', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is one error at once, with the way out, %s',
    async (version) => {
      const host = await pickyServer(version);
      const folder = mkdtempSync(join(tmpdir(), 'warmdock-hosts-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      mkdirSync(join(folder, host));
      writeFileSync(
        join(folder, host, 'hosts.toml'),
        `server = "https://${host}"\nskip_verify = true`,
      );
      const options = { certsDirectories: [folder] };
      await using repository = await openRepository(`${host}/team/app`, options, { env });
      const start = performance.now();
      await expect(repository.exists(describeBytes(Buffer.from('a')))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          /\/team\/app: registry \S+ did not answer: \w+ alert [\w ]+$/,
        ),
        hint: expect.stringContaining(`${host}/client.cert`),
      });
      expect(performance.now() - start).toBeLessThan(3000);
    },
  );
});
