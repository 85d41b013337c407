import { describe, expect, test } from 'vitest';
import { FlagError } from '../../flags/parse-flags.js';
import { routeCompose } from './route-compose.js';

const routed = (line: string) => routeCompose(line.split(' ').filter(Boolean));

const plain = {
  asksForBuilds: true,
  takesNoBuild: false,
  pullPolicy: undefined,
  projectFlags: [],
  services: [],
  withDependencies: false,
  buildArgs: [],
  noCache: false,
  pull: false,
  ssh: undefined,
  builder: undefined,
  progress: undefined,
  ansi: undefined,
  hides: 'nothing',
  notes: '',
  parallel: undefined,
};

const note = expect.stringMatching(/^--progress is a global compose flag/);

describe('a build is read', () => {
  test.each<[line: string, call: object]>([
    ['build', {}],
    ['build web db', { services: ['web', 'db'] }],
    ['build -- web', { services: ['web'] }],
    [
      '-f a -fb --file=c -p n --profile x --project-directory d --env-file e build',
      {
        projectFlags: [
          ...['--file=a', '--file=b', '--file=c', '--project-name=n', '--profile=x'],
          ...['--project-directory=d', '--env-file=e'],
        ],
      },
    ],
    ['--compatibility build', { projectFlags: ['--compatibility=true'] }],
    ['--dry-run=false build', { projectFlags: ['--dry-run=false'] }],
    ['build --with-dependencies web', { withDependencies: true, services: ['web'] }],
    ['build --build-arg A=1 --build-arg=B web', { buildArgs: ['A=1', 'B'], services: ['web'] }],
    ['build --no-cache --pull', { noCache: true, pull: true }],
    ['build --no-cache=false --pull=0', {}],
    ['build --ssh default', { ssh: 'default' }],
    ['build --ssh=', { ssh: 'default' }],
    ['build --builder other', { builder: 'other' }],
    ['build --builder=', {}],
    ['build -q', { hides: 'all' }],
    ['--progress plain build', { progress: 'plain' }],
    ['build --progress plain', { progress: 'plain', notes: note }],
    ['--progress json build --progress=plain', { progress: 'plain', notes: note }],
    ['--ansi never build', { ansi: 'never' }],
    ['--no-ansi build', { ansi: 'never', projectFlags: ['--no-ansi=true'] }],
    ['--parallel 3 build', { parallel: 3, projectFlags: ['--parallel=3'] }],
    ['--parallel=-1 build', { parallel: -1, projectFlags: ['--parallel=-1'] }],
    ['build --provenance=false --sbom=false --push=false', {}],
    ['build --compress --force-rm --no-rm --parallel=false', {}],
  ])('%s', (line, call) => {
    expect(routed(line)).toEqual({ call: { ...plain, command: 'build', ...call } });
  });
});

describe('builds before containers are read', () => {
  const withDependencies = { withDependencies: true };
  const unasked = { asksForBuilds: false };
  const takesNoBuild = { takesNoBuild: true };
  test.each<[line: string, call: object]>([
    ['up --build', { command: 'up', ...takesNoBuild, ...withDependencies }],
    [
      'up -d --build=true web',
      { command: 'up', ...takesNoBuild, services: ['web'], ...withDependencies },
    ],
    ['up --build --no-deps web', { command: 'up', ...takesNoBuild, services: ['web'] }],
    ['up --build --no-build=false', { command: 'up', ...takesNoBuild, ...withDependencies }],
    ['up --build --scale web=2 -t 3', { command: 'up', ...takesNoBuild, ...withDependencies }],
    [
      'up --build --quiet-build',
      { command: 'up', ...takesNoBuild, hides: 'steps', ...withDependencies },
    ],
    [
      'up --build --quiet-pull',
      { command: 'up', ...takesNoBuild, hides: 'steps', ...withDependencies },
    ],
    ['create --build web', { command: 'create', ...takesNoBuild, services: ['web'] }],
    ['run --build web', { command: 'run', services: ['web'], ...withDependencies }],
    ['run --build --no-deps web', { command: 'run', services: ['web'] }],
    [
      'run --build -q web',
      { command: 'run', services: ['web'], hides: 'all', ...withDependencies },
    ],
    [
      'run --build -e A=1 web sh --pull',
      { command: 'run', services: ['web'], ...withDependencies },
    ],
    ['up', { command: 'up', ...takesNoBuild, ...withDependencies, ...unasked }],
    ['up --build=false', { command: 'up', ...takesNoBuild, ...withDependencies, ...unasked }],
    [
      'up -d --no-deps --wait --scale web=0 web',
      { command: 'up', ...takesNoBuild, services: ['web'], ...unasked },
    ],
    [
      'up --pull never',
      { command: 'up', ...takesNoBuild, pullPolicy: 'never', ...withDependencies, ...unasked },
    ],
    ['up --watch', { command: 'up', ...withDependencies, ...unasked }],
    ['create web', { command: 'create', ...takesNoBuild, services: ['web'], ...unasked }],
    [
      'run --pull always web cmd --build',
      { command: 'run', services: ['web'], pullPolicy: 'always', ...withDependencies, ...unasked },
    ],
    [
      '-f a up --build',
      { command: 'up', ...takesNoBuild, projectFlags: ['--file=a'], ...withDependencies },
    ],
  ])('%s', (line, call) => {
    expect(routed(line)).toEqual({ call: { ...plain, ...call } });
  });
});

describe('everything else is passed through to compose', () => {
  test.each<[line: string, reason: RegExp]>([
    ['', /no build/],
    ['ps', /no build/],
    ['exec web npm run build', /no build/],
    ['exec web up --build', /no build/],
    ['watch', /no build/],
    ['--help build', /help/],
    ['--version build', /help/],
    ['build --help', /help/],
    ['--dry-run build', /--dry-run/],
    ['-f - build', /standard input/],
    ['-f a -f - build', /standard input/],
    ['build --push', /pushed/],
    ['build --check', /--check/],
    ['build --print', /--print/],
    ['build --memory 1g', /--memory/],
    ['build -m1g', /--memory/],
    ['build --provenance=mode=max', /--provenance/],
    ['build --sbom=true', /--sbom/],
    ['up --no-build', /asks for no builds/],
    ['up --pull policy', /what is wrong/],
    ['up --pull=', /what is wrong/],
    ['up --help', /help/],
    ['--dry-run up', /--dry-run/],
    ['start', /no build/],
    ['restart web', /no build/],
    ['up --build --no-build', /what is wrong/],
    ['up --build --watch', /while it watches/],
    ['up --build -w', /while it watches/],
    ['up --build --pull always', /pull over/],
    ['up --build --help', /help/],
    ['run --build', /what is wrong/],
    ['run', /what is wrong/],
  ])('%j: %s', (line, reason) => {
    expect(routed(line)).toEqual({ passThroughReason: expect.stringMatching(reason) });
  });

  test.each(['--unknown build', 'build --unknown', 'up --build --unknown', 'build --build-arg'])(
    'also what it does not know: %s',
    (line) => {
      expect(() => routed(line)).toThrow(FlagError);
    },
  );
});
