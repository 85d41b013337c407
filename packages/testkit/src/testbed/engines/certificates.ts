import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of PEM files; `ca` signed both `server*` and `client*`. */
export interface Certificates {
  ca: string;
  serverCert: string;
  serverKey: string;
  clientCert: string;
  clientKey: string;
}

/**
 * Makes an authority, a server certificate for `serverName` (a name or an IP address, and nothing
 * else) and a client certificate in `dir`, valid for two days. Needs the `openssl` command.
 */
export async function makeCertificates(dir: string, serverName: string): Promise<Certificates> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(dir, name);
  const ca = path('ca.pem');
  const caKey = path('ca-key.pem');
  await request([ca, caKey], 'warmdock test authority', [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
  ]);
  const issue = async (name: string, subject: string, extensions: string[]) => {
    const files = [path(`${name}.pem`), path(`${name}-key.pem`)] as const;
    const leaf = ['basicConstraints=critical,CA:FALSE', ...extensions];
    await request(files, subject, [
      ...['-CA', ca, '-CAkey', caKey],
      ...leaf.flatMap((extension) => ['-addext', extension]),
    ]);
    return files;
  };
  const [[serverCert, serverKey], [clientCert, clientKey]] = await Promise.all([
    issue('server', serverName, [
      `subjectAltName=${isIP(serverName) ? 'IP' : 'DNS'}:${serverName}`,
      'extendedKeyUsage=serverAuth',
    ]),
    issue('client', 'warmdock test client', ['extendedKeyUsage=clientAuth']),
  ]);
  return { ca, serverCert, serverKey, clientCert, clientKey };
}

async function request(
  [cert, key]: readonly [string, string],
  subject: string,
  more: readonly string[],
): Promise<void> {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', key];
  const certificate = ['-x509', '-days', '2', '-subj', `/CN=${subject}`, '-out', cert];
  await run('openssl', ['req', ...newKey, ...certificate, ...more]);
}
