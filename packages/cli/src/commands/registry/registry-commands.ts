import type { RegistryCommandName } from '../../flags/tables/registry-tables.js';
import type { RegistryAction } from './actions/command.js';
import { copy } from './actions/copy.js';
import { inspect } from './actions/inspect.js';
import { pull } from './actions/pull.js';
import { push } from './actions/push.js';
import { tags } from './actions/tags.js';

export const registryCommands: Readonly<Record<RegistryCommandName, RegistryAction>> = {
  copy,
  inspect,
  pull,
  push,
  tags,
};
