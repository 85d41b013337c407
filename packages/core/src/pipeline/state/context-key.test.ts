import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextKey } from './context-key.js';

const locals = [{ name: 'context', directory: '/a' }] as const;
let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'warmdock-key-'));
});

afterEach(() => rmSync(state, { recursive: true }));

describe('contextKey', () => {
  it('is the same for a directory and differs between directories', () => {
    const env = { XDG_STATE_HOME: state };
    expect(contextKey(locals, env)).toBe(contextKey(locals, env));
    expect(contextKey(locals, env)).not.toBe(
      contextKey([{ name: 'context', directory: '/b' }], env),
    );
  });

  it('differs between machines, and keeps its secret readable by nobody else', () => {
    const other = join(state, 'other');
    expect(contextKey(locals, { XDG_STATE_HOME: state })).not.toBe(
      contextKey(locals, { XDG_STATE_HOME: other }),
    );
    const path = join(state, 'warmdock', 'machine-key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path)).toHaveLength(32);
  });

  it.each([
    ['nothing', 0],
    ['too little', 31],
    ['zeros', 32],
  ])('makes its secret anew where a power cut has left %s of it', (_what, length) => {
    const env = { XDG_STATE_HOME: state };
    const folder = join(state, 'warmdock');
    mkdirSync(folder);
    writeFileSync(join(folder, 'machine-key'), Buffer.alloc(length));
    const key = contextKey(locals, env);
    expect(contextKey(locals, env)).toBe(key);
    expect(readFileSync(join(folder, 'machine-key'))).toHaveLength(32);
    expect(readdirSync(folder)).toEqual(['machine-key']);
  });

  it('still gives a key where its secret cannot be kept', () => {
    const file = join(state, 'a-file');
    writeFileSync(file, '');
    expect(contextKey(locals, { XDG_STATE_HOME: file })).toMatch(/^[0-9a-f]{64}$/);
  });
});
