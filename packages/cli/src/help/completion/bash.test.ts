import { describe, expect, test } from 'vitest';
import { warmdockTable } from '../../flags/tables/warmdock-table.js';
import {
  completions,
  folderToComplete,
  incompletable,
  sortedLinesOf,
} from './completion.testing.js';
import { completionScript } from './completion-script.js';

/** What bash offers for the last word of a line, which it has cut at `=`, too. */
function offered(line: string): string[] {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const cut = words.filter((word, at) => word !== '' || at === words.length - 1);
  const [last = '', before = ''] = [...cut].reverse();
  const quoted = cut.map((word) => `'${word}'`).join(' ');
  const script = `${completionScript('bash')}
COMP_WORDS=(${quoted}) COMP_CWORD=${cut.length - 1}
_warmdock warmdock '${last}' '${before}'
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return sortedLinesOf('bash', ['--norc', '-c', script], folderToComplete());
}

describe('bash', () => {
  test.each(completions)('completes %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test.each(incompletable)('offers nothing for %j', (line) => {
    expect(offered(line)).toEqual([]);
  });

  test.each([
    ['warmdock build --progress=', ['auto', 'none', 'plain', 'quiet', 'rawjson', 'tty']],
    ['warmdock build --progress=pl', ['plain']],
    ['warmdock build -f a', ['apart', 'app']],
    ['warmdock build --file=a', ['apart', 'app']],
    ['warmdock build a', ['app']],
    ['warmdock shim install --dir a', ['app']],
    ['warmdock golden clone a', []],
  ])('completes %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test('offers all commands', () => {
    const commands = warmdockTable.commands?.map(({ name }) => name);
    expect(offered('warmdock ')).toEqual(commands);
  });
});
