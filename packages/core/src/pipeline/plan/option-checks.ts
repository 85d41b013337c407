import {
  acceptedBy,
  type Checks,
  either,
  flag,
  listOf,
  mapOf,
  number,
  object,
  text,
  variants,
} from '../../options/checks.js';
import type { BuildOptions } from './build-plan.js';

const texts = listOf(text);
const attrs = mapOf(text);

const secret = variants('an object with a type', {
  file: object('a secret', { id: text, type: text, path: text }, ['id', 'path']),
  env: object('a secret', { id: text, type: text, name: text }, ['id', 'name']),
});

const file = object('an output', { type: text, dest: text, attrs }, ['dest']);
const image = object('an output', { type: text, tar: flag, dest: text, attrs }, ['dest', 'tar']);
const output = variants('an object with a type', {
  load: object('an output', { type: text, attrs }),
  image: object('an output', { type: text, push: flag, attrs }),
  local: file,
  tar: file,
  oci: image,
  docker: image,
  cacheonly: object('an output', { type: text }),
});

const cache = object('an object of type and attrs', { type: text, attrs }, ['type', 'attrs']);
const attest = object('an attestation', { type: text, disabled: flag, attrs }, ['type']);
const annotation = object(
  'an annotation',
  { key: text, value: text, level: text, platform: text },
  ['key', 'value'],
);
const ulimit = object(
  'an object of name, soft and hard',
  { name: text, soft: number, hard: number },
  ['name', 'soft', 'hard'],
);
const ssh = object('an object of id and paths', { id: text, paths: texts }, ['id', 'paths']);
const host = object('an object of host and addresses', { host: text, addresses: texts }, [
  'host',
  'addresses',
]);
const namedContext = object('an object of name and source', { name: text, source: text }, [
  'name',
  'source',
]);

/** Of `BuildOptions`, which `planBuild` takes. */
export const optionChecks: Checks<BuildOptions> = {
  context: acceptedBy('a directory, a URL or -', (value) => typeof value === 'string'),
  dockerfile: text,
  tags: texts,
  buildArgs: mapOf(text),
  labels: mapOf(text),
  target: text,
  platforms: texts,
  secrets: listOf(either(text, secret)),
  noCache: either(flag, texts),
  pull: flag,
  buildContexts: listOf(either(text, namedContext)),
  ssh: listOf(either(text, ssh)),
  network: text,
  addHosts: listOf(either(text, host)),
  shmSizeBytes: number,
  ulimits: listOf(either(text, ulimit)),
  cgroupParent: text,
  allow: texts,
  annotations: listOf(either(text, annotation)),
  attestations: listOf(either(text, attest)),
  cacheFrom: listOf(either(text, cache)),
  cacheTo: listOf(either(text, cache)),
  outputs: listOf(either(text, output)),
  push: flag,
  load: flag,
  compression: text,
  contextKey: text,
  cwd: text,
};
