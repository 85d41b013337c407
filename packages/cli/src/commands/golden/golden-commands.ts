import type { GoldenCommandName } from '../../flags/tables/golden-table.js';
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

export const goldenCommands: Readonly<Record<GoldenCommandName, AnyGoldenCommand>> = {
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
