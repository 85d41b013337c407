import { acceptedBy, choice, either, flag, instance, object, text } from '../../options/checks.js';

export const buildKit = instance('a BuildKit of connectBuildKit', 'startSession');
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
