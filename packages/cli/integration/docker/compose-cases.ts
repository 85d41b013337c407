import { type LineCase, ours, passedThrough } from './lines.js';

/** Five services, one of them for a profile, and projects with something wrong in them. */
export const composeFiles: Readonly<Record<string, string>> = {
  'compose.yaml': `
services:
  web:
    build: { context: web, args: { WHO: "\${WHO:-file}" } }
    depends_on: [db, api.v1]
  db:
    image: \${COMPOSE_PROJECT_NAME}-named:v1
    build: { context: ., dockerfile: db.Dockerfile, labels: { from: compose } }
  api.v1:
    build: { context: web, dockerfile_inline: "FROM base\\nCOPY file /api\\n", additional_contexts: { base: "service:web" } }
  debug:
    build: web
    profiles: [debug]
  plain:
    image: \${COMPOSE_PROJECT_NAME}-named:v1
`,
  'web/Dockerfile': 'FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY file /file\n',
  'web/file': 'web',
  'db.Dockerfile': 'FROM scratch\nCOPY web /db\n',
  'other.yaml': 'services:\n  other:\n    build: web\n',
  'pushed.yaml':
    'services:\n  pushed:\n    image: ${REGISTRY}/${COMPOSE_PROJECT_NAME}\n    build: web\n',
  'override.yaml': 'services:\n  web:\n    build: { args: { WHO: override } }\n',
  'platforms.yaml':
    'services:\n  many:\n    build: { context: web, platforms: [linux/amd64, linux/arm64] }\n',
  'bad.yaml': 'services:\n  web:\n   build: web\n  - wrong\n',
  'unknown-key.yaml': 'services:\n  web:\n    build: web\n    bulid: other\n',
  'required.yaml': 'services:\n  web:\n    image: a:${NEEDED:?say what you need}\n    build: web\n',
  'no-dockerfile.yaml':
    'services:\n  a:\n    build: { context: web, dockerfile: Missing }\n  b:\n    build: web\n',
  'no-secret.yaml':
    'services:\n  a:\n    build: { context: web, secrets: [s] }\nsecrets:\n  s: { file: ./nowhere }\n',
  'no-context.yaml': 'services:\n  a:\n    build: ./nowhere\n',
  'cycle.yaml':
    'services:\n  a:\n    build: { context: web, additional_contexts: { x: "service:b" } }\n  b:\n    build: { context: web, additional_contexts: { x: "service:a" } }\n',
  'five.yaml': `services:\n${['one', 'two', 'three', 'four', 'five']
    .map(
      (name) =>
        `  ${name}:\n    build: { context: sh, args: { NAME: ${name}, CODE: "${name === 'three' ? 3 : 0}" } }\n`,
    )
    .join('')}`,
  'single.yaml': 'services:\n  three:\n    build: { context: sh, args: { CODE: "3" } }\n',
};

const usual = ['api.v1', 'db', 'web'];

const forms: LineCase[] = [
  ours('docker compose build', usual),
  ours('docker compose -f compose.yaml -f override.yaml build', usual),
  ours('docker compose --file=other.yaml build', ['other']),
  ours('docker compose -fother.yaml build', ['other']),
  ours('docker compose build', ['other'], { env: { COMPOSE_FILE: 'other.yaml' } }),
  ours('docker compose -p "$NAME-more" build db', ['db'], { env: { COMPOSE_PROJECT_NAME: 'x' } }),
  ours('docker compose --profile debug build', [...usual, 'debug']),
  ours('docker compose --profile=debug build debug', ['debug']),
  ours('docker compose build debug', ['debug']),
  ours('docker compose build db', ['db']),
  ours('docker compose build web db', ['db', 'web']),
  // Its context is another service.
  ours('docker compose build api.v1', ['api.v1', 'web']),
  ours('docker compose build --with-dependencies web', usual),
  ours('docker compose build --build-arg WHO=me web', ['web']),
  ours('docker compose build --build-arg WHO web', ['web'], { env: { WHO: 'environment' } }),
  ours('docker compose build web', ['web'], { env: { WHO: 'environment' } }),
  ours('docker compose build --no-cache db', ['db'], { isNew: true }),
  ours('docker compose build --no-cache=false db', ['db']),
  ours('docker compose build --pull web', ['web']),
  ours('docker compose build -q', usual, { prints: true }),
  ours('docker compose build --quiet web', ['web'], { prints: true }),
  ours('docker compose --progress quiet build', usual, { prints: true }),
  ours('docker compose --progress=none build', usual, { prints: true }),
  ours('docker compose build --progress quiet', usual, { prints: true }),
  ours('docker compose --progress plain build', usual),
  ours('docker compose build --progress=plain web', ['web']),
  ours('docker compose --progress json build web', ['web']),
  ours('docker compose build web', ['web'], { env: { COMPOSE_PROGRESS: 'quiet' }, prints: true }),
  ours('docker compose build web', ['web'], { env: { BUILDKIT_PROGRESS: 'plain' } }),
  ours('docker compose --ansi never build web', ['web']),
  ours('docker compose --parallel 1 build', usual),
  ours('docker compose build web', ['web'], { env: { COMPOSE_PARALLEL_LIMIT: '1' } }),
  ours('docker compose --env-file env build web', ['web']),
  ours('docker compose --project-directory web/.. build web', ['web']),
  ours('docker compose build --builder shared web', ['web'], { env: { BUILDX_BUILDER: '' } }),
  ours('docker --context default compose build web', ['web']),
  ours('docker -H "$DOCKER_HOST" compose build web', ['web']),
  ours('docker --log-level error compose build web', ['web']),
  ours('docker-compose build', usual),
  ours('docker-compose -f other.yaml build -q', ['other'], { prints: true }),
  ours('docker compose build --provenance=false --sbom=false web', ['web']),
  ours('docker compose build --compress --force-rm --no-rm --parallel web', ['web']),
];

const notBuilds: LineCase[] = [
  passedThrough('docker compose version --short', [], /no build/, { prints: true }),
  passedThrough('docker compose -f other.yaml config --services', [], /no build/, { prints: true }),
  passedThrough('docker compose config --format json build', [], /no build/, { prints: true }),
  passedThrough('docker-compose version --short', [], /no build/, { prints: true }),
  passedThrough('docker-compose -f pushed.yaml build --push', [], /pushed/),
  passedThrough('docker compose ps', [], /no build/, { prints: true }),
  passedThrough('docker compose exec web npm run build', [], /no build/, { prints: true }),
  passedThrough('docker compose exec web up --build', [], /no build/, { prints: true }),
  passedThrough('docker compose watch nobody', [], /no build/, { prints: true }),
  passedThrough('docker compose up --watch --build nobody', [], /builds again while it watches/, {
    prints: true,
  }),
  passedThrough('docker compose up --build --no-build', [], /no build/, { prints: true }),
  passedThrough('docker compose build --help', [], /help/, { prints: true }),
  passedThrough('docker compose build --print web', [], /--print/),
  passedThrough('docker compose build --check web', [], /--check/),
  passedThrough('docker compose -f pushed.yaml build --push', [], /pushed/),
  passedThrough('docker compose build plain', [], /nothing to build/, { prints: true }),
  passedThrough('docker compose build --provenance=true web', [], /--provenance/),
  passedThrough('docker compose build --sbom=true web', [], /--sbom/, { isNew: true }),
  passedThrough('docker compose build --memory 64m web', ['web'], /--memory/),
  passedThrough('docker compose --dry-run build web', [], /--dry-run/),
  passedThrough('docker compose --dry-run up --build -d web', [], /--dry-run/, { isNew: true }),
  passedThrough('docker compose -f - build', ['in'], /standard input/, {
    stdin: 'services:\n  in:\n    build: web\n',
  }),
  passedThrough('docker compose --file=- build -q', ['in'], /standard input/, {
    stdin: 'services:\n  in:\n    build: web\n',
    prints: true,
  }),
  passedThrough('docker compose -f platforms.yaml build', [], /its output is type=image/),
  passedThrough('docker compose -f other.yaml build', ['other'], /legacy builder/, {
    isNew: true,
    env: { DOCKER_BUILDKIT: '0' },
  }),
  passedThrough('docker compose build web', ['web'], /BuildKit|daemon/, {
    env: { BUILDX_BUILDER: '' },
  }),
  passedThrough('docker compose build web', ['web'], /^$/, { env: { WARMDOCK: 'off' } }),
  passedThrough('docker compose --tlsverify build web', [], /no build/, { prints: true }),
];

const failures: LineCase[] = [
  passedThrough('docker compose build nobody', [], /no such service/, { prints: true }),
  passedThrough('docker compose -f bad.yaml build', [], /yaml/, { prints: true }),
  passedThrough('docker compose -f unknown-key.yaml build', [], /bulid/, { prints: true }),
  passedThrough('docker compose -f required.yaml build', [], /say what you need/, { prints: true }),
  passedThrough('docker compose -f missing.yaml build', [], /missing.yaml/, { prints: true }),
  passedThrough('docker compose -f cycle.yaml build', [], /cycle|itself/, { prints: true }),
  passedThrough('docker compose --progress strange build web', [], /strange/, { prints: true }),
  passedThrough('docker compose --progress rawjson build web', [], /rawjson/, { prints: true }),
  passedThrough('docker compose --ansi always --progress plain build web', [], /--ansi=/, {
    prints: true,
  }),
  passedThrough('docker compose --ansi never --progress tty build web', [], /--ansi=/, {
    prints: true,
  }),
  passedThrough('docker compose --parallel some build web', [], /some/, { prints: true }),
  passedThrough('docker compose build web', [], /COMPOSE_PARALLEL_LIMIT/, {
    env: { COMPOSE_PARALLEL_LIMIT: 'some' },
    prints: true,
  }),
  passedThrough('docker compose build --unknown', [], /unknown flag/, { prints: true }),
  passedThrough('docker compose build --ssh nothing web', [], /ssh/, { prints: true }),
  passedThrough('docker compose build --builder nobody web', [], /nobody/),
  passedThrough('docker compose -f no-context.yaml build', [], /nowhere/),
  passedThrough('docker compose --progress tty build web', [], /no terminal/, { prints: true }),
  passedThrough('docker compose -f no-dockerfile.yaml build', [], /no Dockerfile/, { isNew: true }),
  passedThrough('docker compose -f no-dockerfile.yaml build a', [], /no Dockerfile/),
  passedThrough('docker compose -f no-secret.yaml build', [], /nowhere/),
  ours('docker compose -f five.yaml build', [], { isNew: true }),
  ours('docker compose -f five.yaml build -q', [], { isNew: true, prints: true }),
  ours('docker compose -f five.yaml --progress quiet build', [], { isNew: true, prints: true }),
  ours('docker compose -f single.yaml build', []),
];

export const composeCases: readonly LineCase[] = [...forms, ...notBuilds, ...failures];
