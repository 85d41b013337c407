import { realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeProgram } from '../../docker/shim.testing.js';
import { stableProgramPath } from './stable-program-path.js';

test.each(['node', 'node@22'])(
  'a %s of Homebrew is found by the link to its newest version',
  (name) => {
    const prefix = realpathSync(temporaryFolder());
    const program = writeProgram(join(prefix, 'Cellar', name, '22.1.0/bin/node'));
    expect(stableProgramPath(program)).toBe(program);
    writeProgram(join(prefix, 'opt/other'));
    symlinkSync(join(prefix, 'Cellar', name, '22.1.0'), join(prefix, 'opt', name));
    expect(stableProgramPath(program)).toBe(join(prefix, 'opt', name, 'bin/node'));
    const older = writeProgram(join(prefix, 'Cellar', name, '20.19.0/bin/node'));
    expect(stableProgramPath(older)).toBe(older);
  },
);

test.each([
  '/usr/bin/node',
  '/home/me/.nvm/versions/node/v22.1.0/bin/node',
  '/snap/none/1/bin/node',
])('%s stays as it is', (path) => {
  expect(stableProgramPath(path)).toBe(path);
});
