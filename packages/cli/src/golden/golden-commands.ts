import type { Flag } from '../arguments/parse-flags.js';
import type { AnyGoldenCommand } from './command.js';
import { build } from './commands/build.js';
import { cancel } from './commands/cancel.js';
import { clone } from './commands/clone.js';
import { gc } from './commands/gc.js';
import { inspect } from './commands/inspect.js';
import { list } from './commands/list.js';
import { recover } from './commands/recover.js';
import { release } from './commands/release.js';
import { remove } from './commands/remove.js';
import { serve } from './commands/serve.js';
import { verify } from './commands/verify.js';

export const goldenCommands: Readonly<Record<string, AnyGoldenCommand>> = {
  build,
  cancel,
  clone,
  release,
  remove,
  list,
  inspect,
  verify,
  gc,
  recover,
  serve,
};

/** What every command takes. */
const shared: readonly Flag[] = [
  { name: 'help', short: 'h', kind: 'boolean', about: 'Show this help' },
  { name: 'json', kind: 'boolean', about: 'Print JSON' },
  {
    name: 'store',
    kind: 'string',
    about: 'Folder of the store (default $WARMDOCK_GOLDEN_STORE, else /var/lib/warmdock/golden)',
  },
  {
    name: 'strategy',
    kind: 'string',
    about: 'Fail unless goldens are kept by this one: btrfs, zfs, layer-link, reflink or copy',
  },
];

/** In the order of the alphabet. */
export function flagsOf({ flags }: AnyGoldenCommand): readonly Flag[] {
  return [...flags, ...shared].sort((a, b) => a.name.localeCompare(b.name));
}
