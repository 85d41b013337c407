import type { Flag } from '../../flags/parse-flags.js';
import { build } from './actions/build.js';
import { cancel } from './actions/cancel.js';
import { clone } from './actions/clone.js';
import type { AnyGoldenCommand } from './actions/command.js';
import { gc } from './actions/gc.js';
import { inspect } from './actions/inspect.js';
import { list } from './actions/list.js';
import { recover } from './actions/recover.js';
import { release } from './actions/release.js';
import { remove } from './actions/remove.js';
import { serve } from './actions/serve.js';
import { verify } from './actions/verify.js';

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
