import { type CommandTable, helpFlag } from './command-table.js';
import type { Flag } from './flag.js';

/** For commands that take one generation; `otherwise` says what is taken without it. */
function generationFlag(otherwise: string): Flag {
  return {
    name: 'generation',
    kind: 'string',
    about: `Number of a generation (default ${otherwise})`,
  };
}

/** What every command of `warmdock golden` takes. */
const sharedFlags: readonly Flag[] = [
  helpFlag,
  { name: 'json', kind: 'boolean', about: 'Print JSON' },
  {
    name: 'store',
    kind: 'string',
    about: 'Folder of the store (default $WARMDOCK_GOLDEN_STORE, else /var/lib/warmdock/golden)',
    completedBy: 'directory',
  },
  {
    name: 'strategy',
    kind: 'string',
    about: 'Fail unless goldens are kept by this one: btrfs, zfs, layer-link, reflink or copy',
    completedBy: ['btrfs', 'zfs', 'layer-link', 'reflink', 'copy'],
  },
];

const ownTables = [
  {
    name: 'build',
    takes: '[OPTIONS] PROJECT --script FILE | -- COMMAND [ARG...]',
    about:
      "Run a project's start-up script beside a dockerd, and make the golden of what it leaves",
    flags: [
      {
        name: 'containerd',
        kind: 'string',
        about: 'Of the first golden: dockerd starts it (dockerd, the default), or not (external)',
        completedBy: ['dockerd', 'external'],
      },
      {
        name: 'dockerd',
        kind: 'list',
        about: 'One more argument for dockerd, like --dockerd=--registry-mirror=URL',
      },
      {
        name: 'env',
        short: 'e',
        kind: 'list',
        about: "Set a variable for the script: KEY=VALUE, or KEY for the environment's value",
      },
      {
        name: 'image-store',
        kind: 'string',
        about: "Of the first golden: classic or containerd (default dockerd's own choice)",
        completedBy: ['classic', 'containerd'],
      },
      {
        name: 'script',
        kind: 'string',
        about: 'The program to run, in place of COMMAND',
        completedBy: 'file',
      },
      {
        name: 'secret-env',
        kind: 'list',
        about: 'Set a secret variable from the environment, *** in logs: KEY, or KEY=VARIABLE',
      },
      {
        name: 'secret-file',
        kind: 'list',
        about: 'Set a secret variable from a file, *** in logs: KEY=FILE',
      },
      {
        name: 'timeout',
        kind: 'string',
        about: 'For all but the promotion, like 90s, 30m, 1h30m (default 1h)',
      },
    ],
  },
  {
    name: 'cancel',
    takes: '[OPTIONS] PROJECT',
    about: "End a project's golden build, whoever runs it, and take back what was asked for",
    flags: [],
  },
  {
    name: 'clone',
    takes: '[OPTIONS] PROJECT SESSION',
    about: "Make a session's data root from a project's golden",
    flags: [
      {
        name: 'allow-empty',
        kind: 'boolean',
        about: 'Start from nothing where the project has no golden yet',
      },
      generationFlag('the current one'),
    ],
  },
  {
    name: 'release',
    takes: '[OPTIONS] SESSION [SESSION...]',
    about: 'Remove sessions, with all that their daemons wrote',
    flags: [],
  },
  {
    name: 'remove',
    takes: '[OPTIONS] PROJECT',
    about: 'Remove a project, with all its generations and logs',
    flags: [],
  },
  {
    name: 'list',
    takes: '[OPTIONS]',
    about: 'Show projects and sessions',
    flags: [{ name: 'usage', kind: 'boolean', about: 'Add up what lies on disk, file by file' }],
  },
  {
    name: 'inspect',
    takes: '[OPTIONS] PROJECT',
    about: "Show a project's generations",
    flags: [],
  },
  {
    name: 'verify',
    takes: '[OPTIONS] PROJECT',
    about: 'Look for damage in generations; exits with 1 when there is some',
    flags: [
      { name: 'deep', kind: 'boolean', about: 'Compare every file with what was promoted' },
      generationFlag('all'),
    ],
  },
  {
    name: 'gc',
    takes: '[OPTIONS]',
    about: 'Remove generations that nobody needs; exits with 1 when some cannot be read',
    flags: [
      { name: 'dry-run', kind: 'boolean', about: 'Say what would go, and remove nothing' },
      {
        name: 'keep',
        kind: 'string',
        about: 'How many to keep per project, besides the current and those in use (default 2)',
      },
    ],
  },
  {
    name: 'recover',
    takes: '[OPTIONS]',
    about: 'Finish or undo what killed processes left, and delete what was removed',
    flags: [],
  },
  {
    name: 'serve',
    takes: '[OPTIONS] --config FILE',
    about: 'Take merge webhooks and build goldens, until it is stopped',
    flags: [
      {
        name: 'config',
        kind: 'string',
        about: 'What to listen to and to build, as JSON',
        completedBy: 'file',
      },
    ],
  },
] as const satisfies readonly CommandTable[];

export type GoldenCommandName = (typeof ownTables)[number]['name'];

export const goldenTable = {
  name: 'golden',
  takes: 'COMMAND',
  about: 'Keep golden snapshots of Docker data roots, and start sessions from them',
  description: 'Keeps golden snapshots of Docker data roots, and starts sessions from them',
  flags: [helpFlag],
  commands: ownTables.map((table: CommandTable) => ({
    ...table,
    flags: [...table.flags, ...sharedFlags].sort((a, b) => a.name.localeCompare(b.name)),
  })),
} satisfies CommandTable;
