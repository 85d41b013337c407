import { expect, test } from 'vitest';
import { pathAdvice, pathRemovalAdvice } from './path-advice.js';

test.each([
  ['/bin/bash', '/a/b', '~/.bashrc and in open shells: export PATH=/a/b:"$PATH"'],
  ['/usr/bin/zsh', '/a/b', '~/.zshrc and in open shells: export PATH=/a/b:"$PATH"'],
  ['/usr/bin/fish', '/a/b', 'put it first in PATH: fish_add_path --move --prepend /a/b'],
  ['/bin/sh', "/a b/it's", `~/.profile and in open shells: export PATH='/a b/it'\\''s':"$PATH"`],
  [undefined, '/a', '~/.profile'],
])('for %s and %s: %s', (SHELL, folder, advice) => {
  expect(pathAdvice(folder, { SHELL })).toContain(advice);
});

test.each([
  ['/bin/bash', '/x:/a/b:/y', /^take its line out of ~\/\.bashrc .*: export PATH=\/a\/b:"\$PATH"$/],
  ['/bin/sh', '/a/b/', /^take its line out of ~\/\.profile /],
  [
    '/usr/bin/fish',
    '/a/b',
    /^take it out of PATH: set -U fish_user_paths \(string match -v \/a\/b /,
  ],
  ['/bin/bash', '/a:/a/bc::', undefined],
  ['/bin/bash', undefined, undefined],
])('with %s a PATH of %s has to be left: %s', (SHELL, PATH, advice) => {
  const farewell = pathRemovalAdvice('/a/b', { SHELL, PATH });
  if (advice) expect(farewell).toMatch(advice);
  else expect(farewell).toBeUndefined();
});
