import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCliPlugin } from './cli-plugins.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmdock-plugins-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function putProgram(path: string, mode = 0o755): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

describe('a plugin of docker is', () => {
  it('the one in the folders that config.json adds, before that in its own', () => {
    const extra = putProgram(join(folder, 'extra/docker-nova'));
    putProgram(join(folder, 'cli-plugins/docker-nova'));
    const config = { cliPluginsExtraDirs: [join(folder, 'extra')] };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    expect(findCliPlugin('nova', { DOCKER_CONFIG: folder })).toBe(extra);
  });

  it('the one beside config.json, in the home folder by default', () => {
    const own = putProgram(join(folder, '.docker/cli-plugins/docker-nova'));
    expect(findCliPlugin('nova', { HOME: folder })).toBe(own);
  });

  it('a program, no folder and no file that cannot be run', () => {
    putProgram(join(folder, 'cli-plugins/docker-nova'), 0o644);
    mkdirSync(join(folder, 'cli-plugins/docker-supernova'));
    expect(findCliPlugin('nova', { DOCKER_CONFIG: folder })).toBeUndefined();
    expect(findCliPlugin('supernova', { DOCKER_CONFIG: folder })).toBeUndefined();
  });
});
