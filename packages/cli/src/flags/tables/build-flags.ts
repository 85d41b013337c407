import type { Flag } from './flag.js';

/** A flag of a build, and what becomes of it here. */
export interface BuildFlag extends Flag {
  /** Why a command line with this flag is passed through to docker; absent when it is carried out. */
  readonly passThroughReason?: string;
}

const resources = 'limits of a build step need a later BuildKit and buildx';
const legacy = 'buildx answers it with a warning and does nothing';

/**
 * The flags of `docker buildx build` up to 0.36, those of the legacy builder among them: names, kinds
 * and meanings are docker's, but for `--compression`, which there is a part of `--output`, `--registry`
 * and `--via`.
 */
export const buildFlags: readonly BuildFlag[] = [
  { name: 'add-host', kind: 'csv', about: 'Add a host to /etc/hosts of the steps: HOST:IP' },
  {
    name: 'allow',
    kind: 'list',
    about: 'Allow a privilege: network.host, security.insecure',
    completedBy: ['network.host', 'security.insecure'],
  },
  { name: 'annotation', kind: 'list', about: 'Annotate the image: [TYPE:]KEY=VALUE' },
  { name: 'attest', kind: 'list', about: 'Attest the image: type=provenance|sbom[,KEY=VALUE]' },
  {
    name: 'build-arg',
    kind: 'list',
    about: "Set a build argument: KEY=VALUE, or KEY for the environment's value",
  },
  { name: 'build-context', kind: 'list', about: 'Add a named context: NAME=PATH or NAME=URL' },
  {
    name: 'builder',
    kind: 'string',
    about: 'Builder by name, or by address (tcp://, unix://, docker-container://)',
  },
  { name: 'cache-from', kind: 'list', about: 'Where the builder may find cached steps' },
  { name: 'cache-to', kind: 'list', about: 'Where the builder is to leave cached steps' },
  {
    name: 'call',
    kind: 'string',
    about: 'What to do with the Dockerfile: build, check, outline or targets (default build)',
    completedBy: ['build', 'check', 'outline', 'targets'],
  },
  { name: 'cgroup-parent', kind: 'string', about: 'The control group of the steps' },
  { name: 'check', kind: 'boolean', about: 'Short for --call=check' },
  { name: 'compress', kind: 'boolean', about: 'Without effect', hidden: true },
  {
    name: 'compression',
    kind: 'string',
    about: 'How the builder compresses layers: gzip, zstd or uncompressed (default gzip)',
    completedBy: ['gzip', 'zstd', 'uncompressed'],
  },
  { name: 'cpu-period', kind: 'string', about: '', hidden: true, passThroughReason: resources },
  { name: 'cpu-quota', kind: 'string', about: '', hidden: true, passThroughReason: resources },
  {
    name: 'cpu-shares',
    short: 'c',
    kind: 'string',
    about: '',
    hidden: true,
    passThroughReason: resources,
  },
  { name: 'cpuset-cpus', kind: 'string', about: '', hidden: true, passThroughReason: resources },
  { name: 'cpuset-mems', kind: 'string', about: '', hidden: true, passThroughReason: resources },
  { name: 'debug', short: 'D', kind: 'boolean', about: 'Show what is behind an error' },
  {
    name: 'file',
    short: 'f',
    kind: 'string',
    about: 'The Dockerfile (default: PATH/Dockerfile)',
    completedBy: 'file',
  },
  { name: 'force-rm', kind: 'boolean', about: 'Without effect', hidden: true },
  { name: 'help', short: 'h', kind: 'boolean', about: 'Show this help' },
  { name: 'iidfile', kind: 'string', about: 'Write the image ID to a file', completedBy: 'file' },
  { name: 'isolation', kind: 'string', about: '', hidden: true, passThroughReason: legacy },
  { name: 'label', kind: 'list', about: 'Set a label of the image: KEY=VALUE' },
  { name: 'load', kind: 'boolean', about: 'Load the image into the local daemon' },
  {
    name: 'memory',
    short: 'm',
    kind: 'string',
    about: '',
    hidden: true,
    passThroughReason: resources,
  },
  { name: 'memory-swap', kind: 'string', about: '', hidden: true, passThroughReason: resources },
  {
    name: 'metadata-file',
    kind: 'string',
    about: 'Write what was built and loaded to a file, as JSON',
    completedBy: 'file',
  },
  {
    name: 'network',
    kind: 'string',
    about: 'The network of the steps: default, none or host',
    completedBy: ['default', 'none', 'host'],
  },
  { name: 'no-cache', kind: 'boolean', about: 'Run every step again' },
  { name: 'no-cache-filter', kind: 'list', about: 'Run the steps of these stages again' },
  { name: 'output', short: 'o', kind: 'list', about: 'What becomes of the result' },
  { name: 'platform', kind: 'list', about: 'Build for this platform' },
  {
    name: 'policy',
    kind: 'list',
    about: '',
    hidden: true,
    passThroughReason: 'policies are evaluated by buildx',
  },
  {
    name: 'progress',
    kind: 'string',
    about: 'How to show progress: auto, plain, tty, rawjson, quiet or none (default auto)',
    completedBy: ['auto', 'plain', 'tty', 'rawjson', 'quiet', 'none'],
  },
  { name: 'provenance', kind: 'string', about: 'Short for --attest=type=provenance' },
  { name: 'pull', kind: 'boolean', about: 'Ask registries for newer base images' },
  { name: 'push', kind: 'boolean', about: 'Short for --output=type=registry' },
  { name: 'quiet', short: 'q', kind: 'boolean', about: 'Show nothing but the image ID' },
  {
    name: 'registry',
    kind: 'string',
    about: 'The repository that images may travel through: HOST/PATH (default WARMDOCK_REGISTRY)',
  },
  { name: 'resource', kind: 'list', about: '', hidden: true, passThroughReason: resources },
  { name: 'rm', kind: 'boolean', about: 'Without effect', hidden: true },
  { name: 'sbom', kind: 'string', about: 'Short for --attest=type=sbom' },
  { name: 'secret', kind: 'list', about: 'Secret for the build: id=ID[,src=FILE|,env=NAME]' },
  { name: 'security-opt', kind: 'csv', about: '', hidden: true, passThroughReason: legacy },
  { name: 'shm-size', kind: 'string', about: 'Size of /dev/shm of the steps, such as 128m' },
  { name: 'squash', kind: 'boolean', about: '', hidden: true, passThroughReason: legacy },
  { name: 'ssh', kind: 'list', about: 'SSH agent or keys for the build: default|ID[=SOCKET|KEY]' },
  { name: 'tag', short: 't', kind: 'list', about: 'Name the image: [REGISTRY/]REPOSITORY[:TAG]' },
  { name: 'target', kind: 'string', about: 'Build up to this stage' },
  { name: 'ulimit', kind: 'list', about: 'Limit of the steps: TYPE=SOFT[:HARD]' },
  {
    name: 'via',
    kind: 'string',
    about: 'How the image is loaded: auto, direct, registry or archive (default auto)',
    completedBy: ['auto', 'direct', 'registry', 'archive'],
  },
];
