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
  const missing = new Set<string>();
  const server = createServer((request, response) => {
    // A tarball, or what is known of a package.
    const [, kind, path = ''] = /^\/(-\/)?(.+?)(?:\?.*)?$/.exec(request.url ?? '') ?? [];
    const name = decodeURIComponent(path);
    const idOf = ({ manifest }: PackedPackage) => `${manifest.name}@${manifest.version}`;
    const found = packages.filter((each) => (kind ? idOf(each) : each.manifest.name) === name);
    if (found.length === 0) {
      missing.add(name);
      response.writeHead(404).end('{}');
    } else if (kind) response.end(found[0]?.tarball);
    else sendDocument(response, found, `http://${request.headers.host}`);
  });
  const listening = await listenAt(server, 'tcp');
  return Object.assign(listening, { url: listening.address.replace('tcp:', 'http:'), missing });
}

/** What a registry says of a package: the versions that it has, of which any may be the latest. */
function sendDocument(response: ServerResponse, found: readonly PackedPackage[], url: string) {
  const versions = found.map(({ manifest, tarball }) => {
    const { name, version } = manifest;
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { tarball: `${url}/-/${encodeURIComponent(`${name}@${version}`)}`, integrity };
    return [version, { ...manifest, dist }] as const;
  });
  const { name, version: latest } = found[0]?.manifest ?? {};
  const document = { name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(document));
}
