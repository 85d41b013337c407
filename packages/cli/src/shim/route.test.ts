import { describe, expect, test } from 'vitest';
import { route } from './route.js';

const remote = { BUILDX_BUILDER: 'shared' };

function routed(line: string, env: NodeJS.ProcessEnv = remote) {
  return route(line.split(' ').filter(Boolean), env);
}

describe('a build that is to end in the local daemon is carried out here', () => {
  test.each<[line: string, env: NodeJS.ProcessEnv, builder: string | undefined]>([
    ['build .', remote, 'shared'],
    ['image build .', remote, 'shared'],
    ['builder build .', remote, 'shared'],
    ['build -t app --load .', remote, 'shared'],
    ['build --builder other .', remote, 'other'],
    ['build . --builder=other', {}, 'other'],
    ['build -o type=docker .', remote, 'shared'],
    ['-D --log-level debug build .', remote, 'shared'],
    ['-Dl debug -ldebug --log-level=debug build .', remote, 'shared'],
    ['buildx build --load .', {}, undefined],
    ['buildx b --load .', remote, 'shared'],
    ['buildx --builder other build --load .', {}, 'other'],
    ['buildx --builder a build --builder b --load .', {}, 'b'],
    ['buildx build --load=1 --push=false .', {}, undefined],
    ['build --rm --force-rm=false --compress .', remote, 'shared'],
    ['build .', { ...remote, DOCKER_BUILDKIT: '1' }, 'shared'],
    ['buildx build --load .', { DOCKER_BUILDKIT: '0' }, undefined],
    ['build -qtapp -f- .', remote, 'shared'],
    ['build -t=app -- .', remote, 'shared'],
    ['build --build-arg push=--push .', remote, 'shared'],
  ])('%j with %j', (line, env, builder) => {
    expect(routed(line, env)).toMatchObject({ action: 'build', builder, args: { context: '.' } });
  });
});

describe('everything else is left to docker, with the reason', () => {
  test.each<[line: string, env: NodeJS.ProcessEnv, reason: RegExp]>([
    ['', remote, /not a build/],
    ['ps', remote, /not a build/],
    ['run --rm image build .', remote, /not a build/],
    ['compose exec web npm run build --prod', remote, /compose/],
    ['buildx ls', remote, /not a build/],
    ['buildx', remote, /not a build/],
    ['image ls build', remote, /not a build/],
    ['builder prune', remote, /not a build/],
    ['context use build', remote, /not a build/],
    ['bake', remote, /bake/],
    ['buildx bake', remote, /bake/],
    ['buildx f', remote, /bake/],
    ['compose build', remote, /compose/],
    ['build .', {}, /uses the daemon itself/],
    ['build --load .', {}, /uses the daemon itself/],
    ['build .', { BUILDX_BUILDER: '' }, /uses the daemon itself/],
    ['buildx build .', remote, /stays in the builder/],
    ['build --load=false .', remote, /stays in the builder/],
    ['build --push .', remote, /registry/],
    ['build -o out .', remote, /writes the output out/],
    ['build -o type=docker,dest=x.tar .', remote, /writes the output/],
    ['build -o type=docker -o type=local,dest=x .', remote, /writes the output/],
    ['build --check .', remote, /--call=check/],
    ['build --call outline .', remote, /--call=outline/],
    ['build --metadata-file x .', remote, /metadata/],
    ['build --help', remote, /help/],
    ['--help build .', remote, /help/],
    ['-v', remote, /not a build/],
    ['build --memory 1g .', remote, /--memory: /],
    ['build --policy x .', remote, /--policy: /],
    ['build --squash .', remote, /--squash: /],
    ['build --unknown .', remote, /unknown flag: --unknown/],
    ['build -Z .', remote, /unknown shorthand flag/],
    ['build --tag', remote, /flag needs an argument/],
    ['build --pull=maybe .', remote, /invalid argument/],
    ['build', remote, /requires 1 argument/],
    ['build a b', remote, /requires 1 argument/],
    ['--unknown build .', remote, /unknown flag/],
    ['--tlsverify build .', remote, /TLS/],
    ['-H a -H b build .', remote, /--host and --context/],
    ['-H a --context b build .', remote, /--host and --context/],
    ['build .', { ...remote, DOCKER_BUILDKIT: '0' }, /legacy builder/],
    ['build .', { ...remote, DOCKER_BUILDKIT: 'maybe' }, /legacy builder/],
    ['build .', { ...remote, WARMDOCK: 'off' }, /WARMDOCK=off/],
  ])('%j with %j', (line, env, reason) => {
    expect(routed(line, env)).toEqual({
      action: 'pass-through',
      reason: expect.stringMatching(reason),
    });
  });
});

describe("docker's own flags become the environment of the build", () => {
  const env = { ...remote, DOCKER_HOST: 'tcp://env:1', DOCKER_CONTEXT: 'env' };
  test.each<[line: string, expected: NodeJS.ProcessEnv]>([
    ['build .', env],
    ['--config /c build .', { ...env, DOCKER_CONFIG: '/c' }],
    ['-H tcp://flag:1 build .', { ...remote, DOCKER_HOST: 'tcp://flag:1' }],
    ['-c flag build .', { ...remote, DOCKER_CONTEXT: 'flag' }],
    [
      '--context=flag --config=/c build .',
      { ...remote, DOCKER_CONTEXT: 'flag', DOCKER_CONFIG: '/c' },
    ],
  ])('%j', (line, expected) => {
    expect(routed(line, env)).toMatchObject({ action: 'build', env: expected });
    const found = routed(line, env);
    if (found.action === 'build')
      expect(Object.keys(found.env).sort()).toEqual(Object.keys(expected).sort());
  });
});
