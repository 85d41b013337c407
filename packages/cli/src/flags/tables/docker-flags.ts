import type { Flag } from './flag.js';

/** Flags before docker's command, 20.10 to 29. */
export const dockerFlags: readonly Flag[] = [
  { name: 'config', kind: 'string', about: '' },
  { name: 'context', short: 'c', kind: 'string', about: '' },
  { name: 'debug', short: 'D', kind: 'boolean', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
  { name: 'host', short: 'H', kind: 'list', about: '' },
  { name: 'log-level', short: 'l', kind: 'string', about: '' },
  { name: 'tls', kind: 'boolean', about: '' },
  { name: 'tlscacert', kind: 'string', about: '' },
  { name: 'tlscert', kind: 'string', about: '' },
  { name: 'tlskey', kind: 'string', about: '' },
  { name: 'tlsverify', kind: 'boolean', about: '' },
  { name: 'version', short: 'v', kind: 'boolean', about: '' },
];

/** Flags between `buildx` and its command. */
export const buildxFlags: readonly Flag[] = [
  { name: 'builder', kind: 'string', about: '' },
  { name: 'debug', short: 'D', kind: 'boolean', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
];

/** Flags of `docker pull`, 20.10 to 29. */
export const pullFlags: readonly Flag[] = [
  { name: 'all-tags', short: 'a', kind: 'boolean', about: '' },
  { name: 'disable-content-trust', kind: 'boolean', about: '' },
  { name: 'help', short: 'h', kind: 'boolean', about: '' },
  { name: 'platform', kind: 'string', about: '' },
  { name: 'quiet', short: 'q', kind: 'boolean', about: '' },
];
