import { describe, expect, it } from 'vitest';
import { parseAddHost } from './add-host.js';
import { parseAnnotation } from './annotation.js';
import { parseAttestation } from './attestation.js';
import { parseBuildContext } from './build-context.js';
import { parseCacheOption } from './cache.js';
import { parseOciLayoutReference } from './oci-layout-reference.js';
import { parseOutput } from './output.js';
import { parseSize } from './size.js';
import { parseSsh } from './ssh.js';
import { parseUlimit } from './ulimit.js';

const digest = `sha256:${'a'.repeat(64)}`;

/** Rules of one parser: what it reads, and what it refuses. */
function specs<T>(
  name: string,
  parse: (spec: string) => T,
  read: readonly (readonly [string, unknown])[],
  refused: readonly string[],
) {
  describe(name, () => {
    it.each(read)('reads %s', (spec, expected) => expect(parse(spec)).toEqual(expected));
    it.each(refused)('refuses %j', (spec) =>
      expect(() => parse(spec)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' })),
    );
  });
}

specs(
  'parseSize',
  (spec) => parseSize(spec),
  [
    ['0', 0],
    ['64m', 67_108_864],
    ['1.5 GiB', 1_610_612_736],
    ['32KB', 32_768],
    ['10b', 10],
    ['.5k', 512],
  ],
  ['', 'm', '-1', '1x', '1kbb', '1bb', '1  m', '1e3', '9999999p'],
);

specs(
  'parseUlimit',
  parseUlimit,
  [
    ['nofile=1024', { name: 'nofile', soft: 1024, hard: 1024 }],
    ['nofile=1024:2048', { name: 'nofile', soft: 1024, hard: 2048 }],
    ['core=-1', { name: 'core', soft: -1, hard: -1 }],
    ['core=5:-1', { name: 'core', soft: 5, hard: -1 }],
  ],
  ['nofile', 'files=1', 'nofile=2:1', 'nofile=-1:1', 'nofile=1:2:3', 'nofile=x', 'nofile='],
);

specs(
  'parseAddHost',
  parseAddHost,
  [
    ['a=1.2.3.4', { host: 'a', addresses: ['1.2.3.4'] }],
    ['a:1.2.3.4', { host: 'a', addresses: ['1.2.3.4'] }],
    ['a:::1', { host: 'a', addresses: ['::1'] }],
    ['a=[::1]', { host: 'a', addresses: ['::1'] }],
    ['a=1.1.1.1,::1', { host: 'a', addresses: ['1.1.1.1', '::1'] }],
    ['a:host-gateway', { host: 'a', addresses: ['host-gateway'] }],
  ],
  ['a', 'a=', '=1.1.1.1', 'a=b', 'a=1.1.1.1,', 'a=1.1.1.1,host-gateway', 'a b=1.1.1.1'],
);

specs(
  'parseAnnotation',
  parseAnnotation,
  [
    ['k=v', [{ key: 'k', value: 'v' }]],
    ['k=a:b=c', [{ key: 'k', value: 'a:b=c' }]],
    ['index:k=v', [{ key: 'k', value: 'v', level: 'index' }]],
    [
      'index,manifest[linux/amd64]:k=v',
      [
        { key: 'k', value: 'v', level: 'index' },
        { key: 'k', value: 'v', level: 'manifest', platform: 'linux/amd64' },
      ],
    ],
  ],
  ['k', '=v', 'image:k=v', 'index[:k=v', 'manifest[a/b/c/d]:k=v', 'index:=v', ':k=v'],
);

specs(
  'parseAttestation',
  (spec) => parseAttestation(spec),
  [
    ['type=provenance,mode=max', { type: 'provenance', attrs: { mode: 'max' } }],
    ['type=sbom,disabled=true', { type: 'sbom', disabled: true, attrs: {} }],
    ['type=sbom,disabled=false', { type: 'sbom', attrs: {} }],
  ],
  ['mode=max', 'provenance', 'type=sbom,disabled=maybe'],
);

specs(
  'parseAttestation of --provenance',
  (spec) => parseAttestation(spec, 'provenance'),
  [
    ['true', { type: 'provenance', disabled: false }],
    ['false', { type: 'provenance', disabled: true }],
    ['mode=max', { type: 'provenance', attrs: { mode: 'max' } }],
  ],
  ['max'],
);

specs(
  'parseBuildContext',
  parseBuildContext,
  [
    ['base=../base', { name: 'base', source: '../base' }],
    ['docker.io/library/alpine=a=b', { name: 'alpine', source: 'a=b' }],
    ['alpine:3=x', { name: 'alpine:3', source: 'x' }],
    ['host:5000/app:latest=x', { name: 'host:5000/app', source: 'x' }],
  ],
  ['base', 'Base=x', '=x'],
);

specs(
  'parseOciLayoutReference',
  parseOciLayoutReference,
  [
    ['dir', undefined],
    ['oci-layout://dir', { directory: 'dir', tag: 'latest' }],
    ['oci-layout:///a/b:v1', { directory: '/a/b', tag: 'v1' }],
    [`oci-layout://dir@${digest}`, { directory: 'dir', digest }],
    [`oci-layout://dir:v1@${digest}`, { directory: 'dir', tag: 'v1', digest }],
  ],
  ['oci-layout://', 'oci-layout://:v1', `oci-layout://dir@sha256:${'A'.repeat(64)}`],
);

specs(
  'parseSsh',
  parseSsh,
  [
    ['default', { id: 'default', paths: [] }],
    ['', { id: 'default', paths: [] }],
    ['mine=', { id: 'mine', paths: [] }],
    ['mine=/run/agent.sock', { id: 'mine', paths: ['/run/agent.sock'] }],
    ['=key1,key2', { id: 'default', paths: ['key1', 'key2'] }],
  ],
  ['mine=key,'],
);

specs(
  'parseCacheOption',
  (spec) => parseCacheOption(spec),
  [
    ['user/app:cache', [{ type: 'registry', attrs: { ref: 'user/app:cache' } }]],
    [
      'a,b',
      [
        { type: 'registry', attrs: { ref: 'a' } },
        { type: 'registry', attrs: { ref: 'b' } },
      ],
    ],
    ['type=gha,Scope=x', [{ type: 'gha', attrs: { scope: 'x' } }]],
    ['type=registry,ref=a,"x=1,2"', [{ type: 'registry', attrs: { ref: 'a', x: '1,2' } }]],
  ],
  ['ref=a', 'type=registry,a', 'type='],
);

specs(
  'parseOutput',
  parseOutput,
  [
    ['out', { type: 'local', dest: 'out', attrs: {} }],
    ['-', { type: 'tar', dest: '-', attrs: {} }],
    ['type=local,dest=out', { type: 'local', dest: 'out', attrs: {} }],
    ['type=tar', { type: 'tar', dest: '-', attrs: {} }],
    ['type=tar,dest=a.tar', { type: 'tar', dest: 'a.tar', attrs: {} }],
    ['type=image,name=a', { type: 'image', push: false, attrs: { name: 'a' } }],
    [
      'type=image,push=true,compression=zstd',
      { type: 'image', push: true, attrs: { compression: 'zstd' } },
    ],
    ['type=registry', { type: 'image', push: true, attrs: { unpack: 'false' } }],
    ['type=docker', { type: 'load', attrs: {} }],
    ['type=docker,dest=a.tar', { type: 'docker', tar: true, dest: 'a.tar', attrs: {} }],
    ['type=oci', { type: 'oci', tar: true, dest: '-', attrs: {} }],
    ['type=oci,tar=false,dest=d', { type: 'oci', tar: false, dest: 'd', attrs: {} }],
    ['dest=x', { type: 'local', dest: 'dest=x', attrs: {} }],
    ['type=cacheonly', { type: 'cacheonly' }],
  ],
  ['type=zip,dest=x', 'type=local', 'type=local,dest=-', 'type=docker,tar=false', 'a,b'],
);
