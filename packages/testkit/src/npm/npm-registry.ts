import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { type Listening, listenAt } from '../fakes/listen.js';
import type { PackedPackage } from './packed.js';

export interface NpmRegistry extends Listening {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** The names of packages that were asked for and are not here. */
  readonly missing: ReadonlySet<string>;
}

/** A registry on loopback, of which npm and pnpm install these packages; every other one is 404. */
export async function startNpmRegistry(packages: readonly PackedPackage[]): Promise<NpmRegistry> {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const missing = new Set<string>();
  const server = createServer((request, response) => {
    // A tarball, or what is known of a package.
    const [, kind, name = ''] = /^\/(-\/)?(.+?)(?:\?.*)?$/.exec(request.url ?? '') ?? [];
    const found = byName.get(decodeURIComponent(name));
    if (!found) {
      missing.add(decodeURIComponent(name));
      response.writeHead(404).end('{}');
    } else if (kind) response.end(found.tarball);
    else sendDocument(response, found, `http://${request.headers.host}`);
  });
  const listening = await listenAt(server, 'tcp');
  return Object.assign(listening, { url: listening.address.replace('tcp:', 'http:'), missing });
}

/** What a registry tells of a package: here it has one version. */
function sendDocument(response: ServerResponse, { manifest, tarball }: PackedPackage, url: string) {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const dist = { tarball: `${url}/-/${encodeURIComponent(name)}`, integrity };
  const versions = { [version]: { ...manifest, dist } };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
}
