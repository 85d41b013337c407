import { describe, expect, test } from 'vitest';
import { FlagError } from '../../flags/parse-flags.js';
import { routeBake } from './route-bake.js';

const routed = (line: string) => routeBake(line.split(' ').filter(Boolean));

const plain = {
  files: [],
  targets: [],
  set: [],
  load: false,
  noCache: undefined,
  pull: undefined,
  provenance: undefined,
  sbom: undefined,
  allow: [],
  builder: undefined,
  progress: undefined,
};

describe('a bake is read', () => {
  test.each<[line: string, call: object]>([
    ['', {}],
    ['a b', { targets: ['a', 'b'] }],
    ['--load a', { load: true, targets: ['a'] }],
    ['--load=false', {}],
    ['-f a -fb --file=c', { files: ['a', 'b', 'c'] }],
    ['--set a.args.X=1 --set=*.tags=t,u', { set: ['a.args.X=1', '*.tags=t,u'] }],
    ['--no-cache --pull', { noCache: true, pull: true }],
    ['--no-cache=false --pull=0', { noCache: false, pull: false }],
    ['--provenance=false --sbom true', { provenance: 'false', sbom: 'true' }],
    ['--allow ssh --allow=fs.read=/x', { allow: ['ssh', 'fs.read=/x'] }],
    ['--builder other', { builder: 'other' }],
    ['--builder=', { builder: '' }],
    ['--progress plain', { progress: 'plain' }],
    ['--call=build --check=false --print=false --push=0', {}],
  ])('%j', (line, call) => {
    expect(routed(line)).toEqual({ call: { ...plain, ...call } });
  });
});

describe('everything else is passed through to buildx', () => {
  test.each<[line: string, reason: RegExp]>([
    ['--print', /--print/],
    ['--list=targets', /--list/],
    ['--push', /pushed/],
    ['--check', /--check/],
    ['--call=lint', /--call/],
    ['--call outline', /--call/],
    ['--metadata-file m', /metadata/],
    ['--help', /help/],
    ['-D', /--debug/],
    ['--var A=1', /--var/],
    ['-f -', /standard input/],
    ['-f https://example.com/docker-bake.hcl', /elsewhere/],
    ['https://example.com/repo.git', /elsewhere/],
    ['git@example.com:repo', /elsewhere/],
    ['github.com/owner/repo', /elsewhere/],
  ])('%s: %s', (line, reason) => {
    expect(routed(line)).toEqual({ passThroughReason: expect.stringMatching(reason) });
  });

  test.each(['--unknown', '--set', '-x'])('also what it does not know: %s', (line) => {
    expect(() => routed(line)).toThrow(FlagError);
  });
});
