import { rooms } from './rooms.js';

const core = ['@warmdock/core', '@warmdock/core/internal', '@warmdock/core/registry'];

/** `@warmdock/compose`. */
export const compose = rooms('compose', 'packages/compose/src', {
  programs: core,
  targets: [...core, 'zod'],
  bake: [...core, 'targets', 'programs'],
  compose: [...core, 'targets', 'programs', 'zod'],
  run: [...core, 'targets'],
  '.': [...core, 'bake', 'compose', 'run', 'targets'],
});

const flags = ['flags', 'flags/tables'];

/** `@warmdock/cli`: nothing imports it, and `process` nothing of it. */
export const cli = rooms('cli', 'packages/cli/src', {
  process: [...core, 'packages/cli/package.json'],
  'flags/tables': [],
  flags: [...core, 'flags/tables'],
  'help/completion': ['flags/tables'],
  help: flags,
  report: [...core, '@warmdock/compose', 'flags', 'process'],
  'commands/build-image': [...core, ...flags, 'report', 'process', 'zod'],
  'docker/routing': [...core, ...flags],
  'docker/known-images': [...core, 'docker/routing', 'process'],
  docker: [
    ...[...core, '@warmdock/compose', 'commands/build-image', ...flags, 'report', 'process'],
    ...['docker/routing', 'docker/known-images'],
  ],
  'docker/pull': [...core, 'docker', 'docker/routing', 'process', 'report'],
  'commands/shim': [...core, 'docker', ...flags, 'help', 'process'],
  'commands/doctor': [...core, 'commands/shim', 'docker', ...flags, 'help', 'process'],
  'commands/arguments': [...flags, 'help'],
  'commands/registry/actions': [...core, 'commands/arguments', 'report'],
  'commands/registry': ['commands/registry/actions', 'flags/tables'],
  'commands/golden/input': [
    ...core,
    'commands/arguments',
    '@warmdock/golden',
    ...flags,
    'help',
    'zod',
  ],
  'commands/golden/text': [...core, '@warmdock/golden', 'report'],
  'commands/golden/actions': [
    ...[...core, '@warmdock/golden', 'commands/arguments', 'commands/golden/input'],
    ...['commands/golden/text', 'report'],
  ],
  'commands/golden': [
    ...[...core, '@warmdock/golden', ...flags, 'help'],
    ...['commands/arguments', 'commands/golden/input', 'commands/golden/actions'],
  ],
  entries: [
    ...[...core, '@warmdock/golden', '@grpc/grpc-js', ...flags, 'help', 'help/completion'],
    ...['commands/arguments', 'commands/registry', 'commands/build-image', 'commands/doctor'],
    ...['commands/shim', 'commands/golden'],
    ...['commands/golden/actions', 'commands/golden/text'],
    ...['docker', 'docker/pull', 'report', 'process'],
  ],
  '.': [...core, 'docker', 'docker/routing', 'entries', ...flags, 'process'],
});
