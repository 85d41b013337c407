import { expect, test } from 'vitest';
import { pathAdvice } from './path-advice.js';

test.each([
  ['/bin/bash', '/a/b', '~/.bashrc and in open shells: export PATH=/a/b:"$PATH"'],
  ['/usr/bin/zsh', '/a/b', '~/.zshrc and in open shells: export PATH=/a/b:"$PATH"'],
  ['/usr/bin/fish', '/a/b', 'put it first in PATH: fish_add_path --move --prepend /a/b'],
  ['/bin/sh', "/a b/it's", `~/.profile and in open shells: export PATH='/a b/it'\\''s':"$PATH"`],
  [undefined, '/a', '~/.profile'],
])('for %s and %s: %s', (SHELL, folder, advice) => {
  expect(pathAdvice(folder, { SHELL })).toContain(advice);
});
