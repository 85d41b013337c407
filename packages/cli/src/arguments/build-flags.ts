import type { Flag } from './parse-flags.js';

/** The flags of `warmdock build`; names, kinds and meanings are those of `docker buildx build`, but for `--compression`, which there is a part of `--output`. */
export const buildFlags: readonly Flag[] = [
  {
    name: 'build-arg',
    kind: 'list',
    about: "Set a build argument: KEY=VALUE, or KEY for the environment's value",
  },
  { name: 'builder', kind: 'string', about: 'Builder by name, or by address (tcp://, unix://)' },
  {
    name: 'compression',
    kind: 'string',
    about: 'How the builder compresses layers: gzip, zstd or uncompressed (default gzip)',
  },
  { name: 'file', short: 'f', kind: 'string', about: 'The Dockerfile (default: PATH/Dockerfile)' },
  { name: 'help', short: 'h', kind: 'boolean', about: 'Show this help' },
  { name: 'iidfile', kind: 'string', about: 'Write the image ID to a file' },
  { name: 'label', kind: 'list', about: 'Set a label of the image: KEY=VALUE' },
  { name: 'load', kind: 'boolean', about: 'Load the image into the local daemon (always done)' },
  {
    name: 'metadata-file',
    kind: 'string',
    about: 'Write what was built and loaded to a file, as JSON',
  },
  { name: 'no-cache', kind: 'boolean', about: 'Run every step again' },
  { name: 'no-cache-filter', kind: 'list', about: 'Run the steps of these stages again' },
  { name: 'platform', kind: 'list', about: 'Build for this platform' },
  {
    name: 'progress',
    kind: 'string',
    about: 'How to show progress: auto, plain, tty, rawjson, quiet or none (default auto)',
  },
  { name: 'pull', kind: 'boolean', about: 'Ask registries for newer base images' },
  { name: 'quiet', short: 'q', kind: 'boolean', about: 'Show nothing but the image ID' },
  { name: 'secret', kind: 'list', about: 'Secret for the build: id=ID[,src=FILE|,env=NAME]' },
  { name: 'tag', short: 't', kind: 'list', about: 'Name the image: [REGISTRY/]REPOSITORY[:TAG]' },
  { name: 'target', kind: 'string', about: 'Build up to this stage' },
];
