import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scriptEnvironment, secretScriptEnvironment } from './script-environment.js';

test.each([
  [['A=1', 'B='], { A: '1', B: '' }],
  [['A=x=y\nz'], { A: 'x=y\nz' }],
  [['HOME', 'UNSET'], { HOME: '/root' }],
  [['A=1', 'A=2'], { A: '2' }],
  [[], {}],
])('%j', (entries, expected) => {
  expect(scriptEnvironment(entries, { HOME: '/root', OTHER: 'x' })).toEqual(expected);
});

test('secrets come from variables and files, and where they are missing that is reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a=b');
  writeFileSync(file, 'line\nlast\n');
  const env = { TOKEN: 't', EMPTY: '' };
  expect(secretScriptEnvironment(['TOKEN', 'OTHER=TOKEN', 'EMPTY'], [`KEY=${file}`], env)).toEqual({
    TOKEN: 't',
    OTHER: 't',
    EMPTY: '',
    KEY: 'line\nlast',
  });
  expect(() => secretScriptEnvironment(['A=UNSET'], [], env)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: '--secret-env A: environment variable UNSET is not set',
    }),
  );
  expect(() => secretScriptEnvironment([], [`A=${folder}/missing`], env)).toThrow(
    expect.objectContaining({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^--secret-file A: /),
    }),
  );
});
