import { rooms } from './rooms.js';

const core = ['@warmdock/core', '@warmdock/core/internal'];
const strategy = ['strategy/strategy', 'strategy/layers', 'strategy/trees'];

/** `@warmdock/golden`. What a data root is knows no store; a store knows no builds. */
export const golden = rooms('golden', 'packages/golden/src', {
  bolt: core,
  redact: [],
  'data-root': [...core, 'bolt', 'zod'],
  'data-root/verify': [...core, 'bolt', 'data-root', 'zod'],
  'data-root/in-use': [...core, 'data-root'],

  'strategy/strategy': [...core, 'data-root'],
  'strategy/trees': [...core, 'data-root', 'data-root/in-use', 'strategy/strategy'],
  'strategy/layers': [...core, 'data-root', 'strategy/strategy', 'strategy/trees'],
  'strategy/drivers': [...core, 'data-root', ...strategy],
  strategy: [...core, 'strategy/drivers', 'strategy/strategy'],

  'store/golden-store': [...core, 'data-root', 'strategy/strategy'],
  'store/fs': [...core, 'strategy/trees'],
  'store/records': [...core, 'store/golden-store', 'store/fs', 'strategy/strategy', 'zod'],
  'store/operations': [
    ...[...core, 'data-root', 'data-root/verify', 'data-root/in-use', ...strategy],
    ...['store/golden-store', 'store/fs', 'store/records', 'zod'],
  ],
  store: [
    ...[...core, 'data-root', 'strategy', ...strategy],
    ...['store/golden-store', 'store/fs', 'store/records', 'store/operations'],
  ],

  'builds/logs': core,
  'builds/daemon': [
    ...[...core, 'data-root', 'data-root/in-use', 'redact', 'builds/logs'],
    ...['store/golden-store', 'store/fs'],
  ],
  'builds/records': [
    ...[...core, 'builds/daemon', 'builds/logs', 'store/golden-store', 'store/fs'],
    ...['store/records', 'zod'],
  ],
  builds: [
    ...[...core, 'redact', 'builds/daemon', 'builds/logs', 'builds/records'],
    ...['store/golden-store', 'store/fs', 'store/records', 'zod'],
  ],
  webhook: [
    ...[...core, 'builds', 'builds/records', 'store/golden-store', 'store/fs'],
    ...['store/records', 'zod'],
  ],
  index: [
    ...['data-root', 'strategy/strategy', 'store', 'store/golden-store', 'builds'],
    ...['builds/daemon', 'builds/records', 'webhook'],
  ],
});
