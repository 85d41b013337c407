import { describe, expect, test } from 'vitest';
import {
  completions,
  folderToComplete,
  incompletable,
  isInstalled,
  sortedLinesOf,
} from './completion.testing.js';
import { completionScript } from './completion-script.js';

/** What fish offers for the last word of a line. */
function offered(line: string): string[] {
  const script = `${completionScript('fish')}\ncomplete -C '${line}'`;
  const lines = sortedLinesOf('fish', ['--no-config', '-c', script], folderToComplete());
  return lines.map((each) => each.split('\t')[0] ?? '');
}

describe.runIf(isInstalled('fish'))('fish', () => {
  test.each(completions)('completes %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test.each(incompletable)('offers nothing for %j', (line) => {
    expect(offered(line)).toEqual([]);
  });

  test.each([
    ['warmdock build --progress=pl', ['--progress=plain']],
    ['warmdock build -f a', ['apart', 'app/']],
    ['warmdock build a', ['app/']],
    ['warmdock golden clone a', []],
  ])('completes %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });
});
