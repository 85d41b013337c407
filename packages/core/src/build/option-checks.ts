import {
  acceptedBy,
  bytes,
  type Checks,
  callback,
  choice,
  either,
  flag,
  instance,
  listOf,
  mapOf,
  number,
  object,
  signal,
  text,
  variants,
} from '../options/checks.js';
import type { BuildCallOptions } from './build.js';
import type { RunBuildOptions } from './run-build.js';
import type { RunOutputsOptions } from './run-outputs.js';
import type { RunPlanOptions } from './run-plan.js';

const texts = listOf(text);
const environment = mapOf(text);
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

export const buildKit = instance('a BuildKit of buildKitOver', 'startSession');
export const engine = instance('an Engine of connectEngine', 'loadImages');

/** As `openBuilder` takes it. */
export const wantedBuilder = either(
  acceptedBy('the name or address of a builder', (value) => typeof value === 'string'),
  object(
    'one that was chosen',
    {
      kind: choice('address', 'engine'),
      name: text,
      node: text,
      driver: choice('remote', 'docker-container'),
      address: acceptedBy('an address', (value) => typeof value === 'object'),
      loadsByDefault: flag,
      context: text,
    },
    ['kind', 'name'],
  ),
  buildKit,
);

export const wantedEngine = either(
  acceptedBy('the address of a daemon', (value) => typeof value === 'string'),
  engine,
);

export const buildChecks: Checks<BuildCallOptions> = {
  context: acceptedBy('a directory, a URL or -', (value) => typeof value === 'string'),
  dockerfile: text,
  tags: texts,
  buildArgs: mapOf(text),
  labels: mapOf(text),
  target: text,
  platforms: texts,
  secrets: listOf(secret),
  noCache: either(flag, texts),
  pull: flag,
  namedContexts: listOf(namedContext),
  ssh: listOf(ssh),
  network: text,
  addHosts: listOf(host),
  shmSize: number,
  ulimits: listOf(ulimit),
  cgroupParent: text,
  allow: texts,
  annotations: listOf(annotation),
  attests: listOf(attest),
  cacheFrom: listOf(cache),
  cacheTo: listOf(cache),
  outputs: listOf(output),
  push: flag,
  load: flag,
  compression: text,
  contextKey: text,
  cwd: text,
  builder: wantedBuilder,
  grpc: text,
  boots: flag,
  engine: wantedEngine,
  stdin: bytes,
  stdout: instance('a writable stream', 'write'),
  env: environment,
  withProvenance: flag,
  signal,
  onProgress: callback,
};

/** Of all calls that run a plan: each takes what it has no use for, and the options of a build. */
export const runChecks: Checks<
  RunPlanOptions & RunBuildOptions & RunOutputsOptions & BuildCallOptions
> = {
  ...buildChecks,
  exporter: object('an object of type and attrs', { type: text, attrs }, ['type', 'attrs']),
  targets: instance('a Map', 'get'),
  onResult: callback,
  shared: instance('what shareLocals gave', 'sessionOf'),
  attachables: listOf(object('an Attachable', { methods: mapOf(callback) }, ['methods'])),
  spoolBytes: number,
  inEngine: flag,
  asksAtOnce: flag,
};

/** What `openBuilder` gave. */
export const openedBuilder = acceptedBy(
  'a builder of openBuilder',
  (value) => typeof value === 'object' && value !== null && 'buildkit' in value,
);

/** What `planBuild` gave. */
export const plan = acceptedBy(
  'a plan of planBuild',
  (value) => typeof value === 'object' && value !== null && 'locals' in value,
);
