import { MemoryOutput } from '@warmdock/testkit';
import { expect, test } from 'vitest';

import { run } from './help-program.js';

async function ran(line: string) {
  const [stdout, stderr] = [new MemoryOutput(), new MemoryOutput()];
  const { signal } = new AbortController();
  const words = line.split(' ').filter(Boolean);
  const exitCode = await run(words, { stdout, stderr, env: {}, signal });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

test.each([
  ['', /Commands:/],
  ['--help', /Commands:/],
  ['-h', /Commands:/],
  ['help', /Commands:/],
  ['help golden clone', /warmdock golden clone/],
  ['help golden --help', /warmdock golden COMMAND/],
  ['completion --help', /^Usage: {2}warmdock completion bash\|zsh\|fish\n/],
  ['completion bash', /^complete -F _warmdock warmdock$/m],
  ['completion zsh', /^#compdef warmdock\n/],
  ['completion fish', /^complete -c warmdock -f$/m],
])('%j is answered', async (line, text) => {
  expect(await ran(line)).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(text),
    stderr: '',
  });
});

test.each([
  ['foo', 1, /^ERROR: unknown command: "foo"\n\nUsage: /],
  ['docter', 1, /^ERROR: unknown command: "docter"\nDid you mean doctor\?\n/],
  ['--foo', 125, /^unknown flag: --foo\n\nUsage: /],
  ['--vesion', 125, /^unknown flag: --vesion\nDid you mean --version\?\n/],
  ['completion', 1, /requires one of bash, zsh, fish/],
  ['completion tcsh', 1, /requires one of/],
  ['completion bash zsh', 1, /requires one of/],
  ['completion --hlep', 125, /Did you mean --help\?/],
])('%j is refused', async (line, exitCode, text) => {
  expect(await ran(line)).toEqual({ exitCode, stdout: '', stderr: expect.stringMatching(text) });
});
