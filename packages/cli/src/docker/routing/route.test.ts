import { describe, expect, test } from 'vitest';
import { route } from './route.js';

const remote = { BUILDX_BUILDER: 'shared' };
const pulling = { WARMDOCK: 'pull' };

function routed(line: string, env: NodeJS.ProcessEnv = remote) {
  return route(line.split(' ').filter(Boolean), env);
}

describe('a build that may have to end in the local daemon is looked at further', () => {
  const [docker, buildx] = [{ isBuildx: false }, { isBuildx: true }];
  const [daemon, usual] = [{ place: 'daemon' }, { place: 'default' }];
  test.each<[line: string, found: object, env?: NodeJS.ProcessEnv]>([
    ['build .', { ...docker, ...usual, builder: undefined }],
    ['image build .', { ...docker, ...usual }],
    ['builder build .', { ...docker, ...usual }],
    ['build -t app --load .', { ...docker, ...daemon }],
    ['build --builder other .', { ...docker, builder: 'other' }],
    ['build . --builder=other', { builder: 'other' }],
    ['build -o type=docker .', daemon],
    ['-D --log-level debug build .', docker],
    ['-Dl debug -ldebug --log-level=debug build .', docker],
    ['buildx build .', { ...buildx, ...usual }],
    ['buildx build --load .', { ...buildx, ...daemon, builder: undefined }],
    ['buildx b --load .', buildx],
    ['buildx --builder other build --load .', { ...buildx, builder: 'other' }],
    ['buildx --builder a build --builder b --load .', { builder: 'b' }],
    ['buildx build --load=1 --push=false .', daemon],
    ['build --rm --force-rm=false --compress .', usual],
    ['build --metadata-file x .', { args: { metadataFile: 'x' } }],
    ['build .', docker, { DOCKER_BUILDKIT: '1' }],
    ['build .', docker, { DOCKER_BUILDKIT: '' }],
    ['buildx build --load .', buildx, { DOCKER_BUILDKIT: '0' }],
    ['build -qtapp -f- .', docker],
    ['build -t=app -- .', docker],
    ['build --build-arg push=--push .', usual],
  ])('%j: %j', (line, found, env) => {
    const expected = { action: 'build', args: { context: '.' }, ...found };
    expect(routed(line, env)).toMatchObject(expected);
  });
});

describe('everything else is passed through to docker, with the reason', () => {
  test.each<[line: string, env: NodeJS.ProcessEnv, reason: RegExp]>([
    ['', remote, /not a build/],
    ['ps', remote, /not a build/],
    ['run --rm image build .', remote, /not a build/],
    ['compose exec web npm run build --prod', remote, /no build/],
    ['buildx ls', remote, /not a build/],
    ['buildx', remote, /not a build/],
    ['image ls build', remote, /not a build/],
    ['builder prune', remote, /not a build/],
    ['context use build', remote, /not a build/],
    ['build --load=false .', remote, /--load=false asks/],
    ['build --push .', remote, /registry/],
    ['build -o out .', remote, /writes the output out/],
    ['build -o type=docker,dest=x.tar .', remote, /writes the output/],
    ['build -o type=docker -o type=local,dest=x .', remote, /writes the output/],
    ['build --check .', remote, /--call=check/],
    ['build --check --check=false .', remote, /--call=check/],
    ['build --builder= .', remote, /empty --builder/],
    ['build --builder far --builder= .', remote, /empty --builder/],
    ['buildx --builder= build .', remote, /empty --builder/],
    ['buildx --builder far bake --builder=', remote, /empty --builder/],
    ['build --call outline .', remote, /--call=outline/],
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
    ['build .', { ...remote, DOCKER_BUILDKIT: 'maybe' }, /what is wrong: DOCKER_BUILDKIT=maybe/],
    ['buildx build --load .', { DOCKER_BUILDKIT: 'maybe' }, /what is wrong: DOCKER_BUILDKIT/],
    ['build .', { ...remote, WARMDOCK: 'off' }, /WARMDOCK=off/],
    ['pull app', remote, /WARMDOCK=pull would have to ask/],
    ['image pull app', { WARMDOCK: 'explain' }, /WARMDOCK=pull would have to ask/],
    ['--tlsverify pull app', pulling, /TLS/],
    ['-H a -H b pull app', pulling, /--host and --context/],
    ['--help pull app', pulling, /help/],
    ['pull --help', pulling, /help/],
    ['pull', pulling, /requires 1 argument/],
    ['pull a b', pulling, /requires 1 argument/],
    ['pull -a app', pulling, /--all-tags/],
    ['pull -qa app', pulling, /--all-tags/],
    ['pull --disable-content-trust=false app', pulling, /content trust/],
    ['pull app', { ...pulling, DOCKER_CONTENT_TRUST: '1' }, /content trust/],
    ['pull app', { ...pulling, DOCKER_CONTENT_TRUST: 'maybe' }, /content trust/],
    ['pull --unknown app', pulling, /unknown flag: --unknown/],
    [`pull app@sha256:${'a'.repeat(64)}`, pulling, /names the image by its digest/],
    ['image ls pull', pulling, /not a build/],
  ])('%j with %j', (line, env, reason) => {
    expect(routed(line, env)).toEqual({
      action: 'pass-through',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('a pull is carried out where WARMDOCK=pull asks for it', () => {
  const plain = { name: 'app:1', platform: undefined, quiet: false };
  test.each<[line: string, call: object, env?: NodeJS.ProcessEnv]>([
    ['pull app:1', plain],
    ['image pull app:1', plain],
    ['-D --log-level debug pull app:1', plain],
    ['pull -- app:1', plain],
    ['pull app:1 -q', { ...plain, quiet: true }],
    ['pull --quiet=false --all-tags=false app:1', plain],
    ['pull --platform linux/arm64 app:1', { ...plain, platform: 'linux/arm64' }],
    ['pull app:1', { ...plain, platform: 'linux/386' }, { DOCKER_DEFAULT_PLATFORM: 'linux/386' }],
    ['pull --platform= app:1', plain, { DOCKER_DEFAULT_PLATFORM: 'linux/386' }],
    ['pull app:1', plain, { DOCKER_CONTENT_TRUST: '0' }],
    ['pull --disable-content-trust app:1', plain, { DOCKER_CONTENT_TRUST: '1' }],
    ['pull app:1', plain, { DOCKER_BUILDKIT: '0' }],
  ])('%j: %j', (line, call, env) => {
    expect(routed(line, { ...pulling, ...env })).toMatchObject({ action: 'pull', call });
  });

  test('in the environment that docker makes of its own flags', () => {
    const found = routed('-H tcp://flag:1 pull app', { ...pulling, DOCKER_HOST: 'tcp://env:1' });
    expect(found).toMatchObject({ env: { ...pulling, DOCKER_HOST: 'tcp://flag:1' } });
  });
});

describe("docker's own flags become the environment of the build", () => {
  const env = { ...remote, DOCKER_HOST: 'tcp://env:1', DOCKER_CONTEXT: 'env' };
  test.each<[line: string, expected: NodeJS.ProcessEnv]>([
    ['build .', env],
    ['--config /c build .', { ...env, DOCKER_CONFIG: '/c' }],
    ['-H tcp://flag:1 build .', { ...remote, DOCKER_HOST: 'tcp://flag:1' }],
    ['-c flag build .', { ...remote, DOCKER_CONTEXT: 'flag' }],
    ['-c default build .', { ...remote, DOCKER_HOST: 'tcp://env:1', DOCKER_CONTEXT: 'default' }],
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
