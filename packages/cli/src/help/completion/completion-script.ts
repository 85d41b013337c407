import type { Shell } from '../../flags/tables/completion-table.js';
import { warmdockTable } from '../../flags/tables/warmdock-table.js';
import { bashScript } from './bash.js';
import { placesOf } from './completed-place.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The completions of `warmdock` as a script of that shell. */
export function completionScript(shell: Shell): string {
  return scripts[shell](placesOf(warmdockTable));
}
