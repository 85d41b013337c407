import { type CommandTable, helpFlag } from './command-table.js';
import type { Flag } from './flag.js';

const json: Flag = { name: 'json', kind: 'boolean', about: 'Print JSON' };
const plainHttp: Flag = {
  name: 'plain-http',
  kind: 'boolean',
  about: 'Speak to the registry without TLS',
};
const platform: Flag = {
  name: 'platform',
  kind: 'string',
  about: "The image's platform to take, such as linux/arm64 (default the daemon's)",
};

/** Commands that speak to registries. */
export const registryTables = [
  {
    name: 'copy',
    takes: '[OPTIONS] SOURCE DESTINATION',
    about: 'Copy an image between registries, layouts and archives',
    description:
      'Copies an image between registries. oci-layout://DIR stands for a folder in OCI layout on either side, docker-archive://FILE for a source made by docker save',
    flags: [
      helpFlag,
      json,
      plainHttp,
      { ...platform, kind: 'list', about: 'Only these platforms, such as linux/arm64' },
      { name: 'referrers', kind: 'boolean', about: 'Copy signatures and SBOMs, too' },
    ],
  },
  {
    name: 'inspect',
    takes: '[OPTIONS] REFERENCE',
    about: 'Show an image of a registry: platforms, layers, and what the daemon lacks',
    flags: [
      helpFlag,
      json,
      {
        name: 'missing',
        kind: 'boolean',
        about: 'Compare with the local daemon, and load nothing',
      },
      plainHttp,
      platform,
    ],
  },
  {
    name: 'pull',
    takes: '[OPTIONS] REFERENCE',
    about: 'Load an image of a registry into the local daemon, only the layers that it lacks',
    flags: [
      helpFlag,
      json,
      plainHttp,
      platform,
      {
        name: 'tag',
        short: 't',
        kind: 'list',
        about: 'Name it so in the daemon (default REFERENCE)',
      },
    ],
  },
  {
    name: 'push',
    takes: '[OPTIONS] IMAGE [REFERENCE]',
    about: 'Push an image of the local daemon to a registry, only what that lacks',
    flags: [helpFlag, json, plainHttp],
  },
  {
    name: 'tags',
    takes: '[OPTIONS] REPOSITORY',
    about: "List a repository's tags",
    flags: [helpFlag, json, plainHttp],
  },
] as const satisfies readonly CommandTable[];

export type RegistryCommandName = (typeof registryTables)[number]['name'];
