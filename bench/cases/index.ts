import type { Row } from '../report/row.js';
import type { Setting } from '../sides/setting.js';
import { cached } from './cached.js';
import { changed } from './changed.js';
import { cold } from './cold.js';
import { compose } from './compose.js';
import { composeUps } from './compose-up.js';
import { container } from './container.js';
import { copy } from './copy.js';
import { pull } from './pull.js';
import { push } from './push.js';
import { sharedBase } from './shared-base.js';
import { shim } from './shim.js';
import { throughRegistry } from './through-registry.js';
import { transfer } from './transfer.js';
import { unchanged } from './unchanged.js';
import { warmConnection } from './warm-connection.js';

/** By the name that `--only` takes, in the order of the table. */
export const cases: Record<string, (setting: Setting) => Promise<Row[]>> = {
  shim,
  unchanged,
  cached,
  sdk: warmConnection,
  changed,
  container,
  transfer,
  compose,
  'shared-base': sharedBase,
  'compose-up': composeUps,
  copy,
  pull,
  push,
  'through-registry': throughRegistry,
  // Last: it leaves the machine with memory that has to be given anew.
  cold,
};
