import type { Flag } from './flag.js';

/** Of `buildx bake` up to 0.36. */
export const bakeFlags: readonly Flag[] = [
  ...['check', 'load', 'no-cache', 'print', 'pull', 'push'].map(
    (name): Flag => ({ name, kind: 'boolean', about: '' }),
  ),
  ...['builder', 'call', 'list', 'metadata-file', 'progress', 'provenance', 'sbom'].map(
    (name): Flag => ({ name, kind: 'string', about: '' }),
  ),
  { name: 'allow', kind: 'list', about: '' },
  { name: 'debug', short: 'D', kind: 'boolean', about: '' },
  { name: 'file', short: 'f', kind: 'list', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
  { name: 'set', kind: 'list', about: '' },
  { name: 'var', kind: 'list', about: '' },
];
