import { rooms } from './rooms.js';

const core = ['@warmdock/core', '@warmdock/core/internal'];

/** `@warmdock/compose`. */
export const compose = rooms('compose', 'packages/compose/src', {
  program: core,
  'plugin-program': [...core, 'program'],
  targets: [...core, 'zod'],
  templates: [...core, 'targets'],
  bake: [...core, 'targets', 'plugin-program', 'templates'],
  compose: [...core, 'targets', 'program', 'plugin-program', 'templates', 'zod'],
  run: [...core, 'targets'],
  '.': [...core, 'bake', 'compose', 'run', 'targets', 'program', 'plugin-program', 'templates'],
});

const commands = ['commands/build', 'commands/doctor', 'commands/golden', 'commands/shim'];

/** `@warmdock/cli`: nothing imports it, and `process` nothing of it. */
export const cli = rooms('cli', 'packages/cli/src', {
  process: [...core, 'packages/cli/package.json'],
  flags: core,
  report: [...core, '@warmdock/compose', 'process'],
  'commands/build': [...core, 'flags', 'report', 'process', 'zod'],
  'docker/routing': [...core, 'flags', 'process'],
  'docker/known-images': [...core, 'docker/routing', 'process'],
  docker: [
    ...[...core, '@warmdock/compose', 'commands/build', 'flags', 'report', 'process'],
    ...['docker/routing', 'docker/known-images'],
  ],
  'commands/shim': [...core, 'docker', 'flags', 'process'],
  'commands/doctor': [
    ...core,
    'commands/shim',
    'docker',
    'docker/routing',
    'flags',
    'process',
    'zod',
  ],
  'commands/golden': [...core, '@warmdock/golden', 'flags', 'process', 'zod'],
  'commands/golden/actions': [...core, '@warmdock/golden', 'commands/golden', 'flags', 'process'],
  entries: [
    ...[...core, '@warmdock/golden', '@grpc/grpc-js', ...commands, 'commands/golden/actions'],
    ...['docker', 'flags', 'report', 'process'],
  ],
  '.': [...core, 'docker', 'docker/routing', 'entries', 'flags', 'process', ...commands],
});
