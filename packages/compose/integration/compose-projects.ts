import { withShell } from '@warmdock/testkit';
import { withProxies } from './support/folder.js';

/** A project that compose and warmdock build, and how. */
export interface ComposeProject {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Flags before `build`. */
  readonly flags?: readonly string[];
  /** Words behind `build`, as `planCompose` takes them. */
  readonly build?: {
    readonly services?: readonly string[];
    readonly withDependencies?: boolean;
    readonly buildArgs?: readonly string[];
    readonly noCache?: boolean;
    readonly pull?: boolean;
  };
  readonly env?: Readonly<Record<string, string>>;
  /** Images that are expected, without the project's name; what both sides make is compared anyway. */
  readonly images: readonly string[];
  /** The first compose of which its builds can be had, if that is later than 2.26. */
  readonly since?: string;
}

const simple = 'FROM scratch\nCOPY file /file\n';
const withArg = 'FROM scratch\nARG A=none\nARG B\nLABEL a=$A b=$B\nCOPY file /file\n';
const runSecret = `${withShell}\nRUN --network=none --mount=type=secret,id=tok cp /run/secrets/tok /copy\n`;

export const composeProjects: readonly ComposeProject[] = [
  {
    title: 'a short build section',
    files: {
      'compose.yaml': 'services:\n  web:\n    build: ./web\n',
      'web/Dockerfile': simple,
      'web/file': '1',
    },
    images: ['web'],
  },
  {
    title: 'an image name of its own, and a service without a build',
    files: {
      'compose.yaml':
        'services:\n  web:\n    image: NAME-own/web:v1\n    build: .\n  db:\n    image: postgres\n',
      Dockerfile: simple,
      file: 'own',
    },
    images: ['own/web:v1'],
  },
  {
    title: 'dockerfile, target, args and labels',
    files: {
      'compose.yaml': `
services:
  web:
    build:
      context: ./app
      dockerfile: docker/web.Dockerfile
      target: second
      args: { A: one, B: "two $$B $\${HOME}" }
      labels: [ "x=y", "dollar=$$5" ]
`,
      'app/docker/web.Dockerfile': `${withArg.replace('scratch', 'scratch AS first')}FROM first AS second\nLABEL is=second\nFROM second AS third\nLABEL is=third\n`,
      'app/file': 'args',
    },
    images: ['web'],
  },
  {
    title: 'args as a list, from the environment and the command line',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build:\n      context: .\n      args: [ "A", "B=of the file" ]\n',
      Dockerfile: withArg,
      file: 'list',
    },
    env: { A: 'of the environment' },
    build: { buildArgs: ['B=of the command line'] },
    images: ['web'],
  },
  {
    title: 'an inline Dockerfile with variables',
    files: {
      'compose.yaml': `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM scratch
        ARG WHO=me
        LABEL who=$\${WHO} plain=$$WHO
        COPY file /file
  other:
    build:
      context: .
      dockerfile_inline: |
        FROM scratch
        COPY file /other
`,
      file: 'inline',
    },
    images: ['web', 'other'],
  },
  {
    title: 'an .env file, an env file and interpolation',
    files: {
      'compose.yaml':
        'services:\n  web:\n    image: "NAME-${IMAGE:-none}"\n    build:\n      context: ${WHERE}\n      args: { A: "${A}", B: "${B:-default}" }\n',
      '.env': 'WHERE=./web\nIMAGE=unused\n',
      'other.env': 'WHERE=./web\nIMAGE=fromenv\nA=a b\n',
      'web/Dockerfile': withArg,
      'web/file': 'env',
    },
    flags: ['--env-file', 'other.env'],
    images: ['fromenv'],
  },
  {
    title: 'several files, one on top of the other',
    files: {
      'base.yaml': 'services:\n  web:\n    build: { context: ./web, args: { A: base, B: base } }\n',
      'over.yaml': 'services:\n  web:\n    build: { args: { B: over }, labels: { over: "yes" } }\n',
      'web/Dockerfile': withArg,
      'web/file': 'several',
    },
    flags: ['-f', 'base.yaml', '-f', 'over.yaml'],
    images: ['web'],
  },
  {
    title: 'include and extends',
    files: {
      'compose.yaml':
        'include: [ sub/compose.yaml ]\nservices:\n  web:\n    extends: { file: common.yaml, service: base }\n    build: { args: { B: own } }\n',
      'common.yaml':
        'services:\n  base:\n    build: { context: ./web, args: { A: common, B: common } }\n',
      'sub/compose.yaml': 'services:\n  sub:\n    build: .\n',
      'sub/Dockerfile': simple,
      'sub/file': 'sub',
      'web/Dockerfile': withArg,
      'web/file': 'extends',
    },
    images: ['web', 'sub'],
  },
  {
    title: 'profiles, one of them enabled',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: .\n  debug:\n    profiles: [debug]\n    build: .\n  other:\n    profiles: [other]\n    build: .\n',
      Dockerfile: simple,
      file: 'profiles',
    },
    flags: ['--profile', 'debug'],
    images: ['web', 'debug'],
  },
  {
    title: 'a named service of a profile that is not enabled',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: .\n  debug:\n    profiles: [debug]\n    build: .\n',
      Dockerfile: simple,
      file: 'named profile',
    },
    build: { services: ['debug'] },
    images: ['debug'],
  },
  {
    title: 'a project directory elsewhere',
    files: {
      'config/compose.yaml': 'services:\n  web:\n    build: ./web\n',
      'web/Dockerfile': simple,
      'web/file': 'elsewhere',
    },
    flags: ['-f', 'config/compose.yaml', '--project-directory', '.'],
    images: ['web'],
  },
  {
    title: 'chosen services',
    files: {
      'compose.yaml':
        'services:\n  a: { build: . }\n  b: { build: ., depends_on: [a] }\n  c: { build: . }\n',
      Dockerfile: simple,
      file: 'chosen',
    },
    build: { services: ['b'] },
    images: ['b'],
  },
  {
    title: 'chosen services with dependencies',
    files: {
      'compose.yaml':
        'services:\n  a: { build: . }\n  b: { build: ., depends_on: [a] }\n  c: { build: . }\n',
      Dockerfile: simple,
      file: 'dependencies',
    },
    build: { services: ['b'], withDependencies: true },
    images: ['a', 'b'],
  },
  {
    title: 'a service as the context of another one',
    files: {
      'compose.yaml': `
services:
  base:
    build: ./base
  web:
    build:
      context: ./web
      additional_contexts: { base: "service:base", extra: ./extra }
`,
      'base/Dockerfile': 'FROM scratch\nENV FROM_BASE=yes\nLABEL base=yes\nCOPY file /base\n',
      'base/file': 'base',
      'web/Dockerfile': 'FROM base\nCOPY --from=extra e /e\nCOPY file /web\n',
      'web/file': 'web',
      'extra/e': 'extra',
    },
    images: ['base', 'web'],
    since: '2.33',
  },
  {
    title: 'a chain of services, of which the last is named',
    files: {
      'compose.yaml': `
services:
  one: { build: ./one }
  two: { build: { context: ./two, additional_contexts: [ "one=service:one" ] } }
  three: { build: { context: ./three, additional_contexts: [ "two=service:two", "one=service:one" ] } }
  other: { build: ./one }
`,
      'one/Dockerfile': `${withShell}\nRUN --network=none echo one > /one\n`,
      'one/busybox': '',
      'two/Dockerfile': 'FROM one\nRUN --network=none echo two > /two\n',
      'three/Dockerfile':
        'FROM two\nCOPY --from=one /one /again\nRUN --network=none cat /one /two > /three\n',
    },
    build: { services: ['three'] },
    images: ['one', 'two', 'three'],
    since: '2.33',
  },
  {
    title: 'secrets from a file and from the environment',
    files: {
      'compose.yaml': `
services:
  web:
    build: { context: ., secrets: [ tok, { source: envtok, target: other } ] }
secrets:
  tok: { file: ./token }
  envtok: { environment: TOKEN }
`,
      token: 'of the file',
      busybox: '',
      Dockerfile:
        runSecret.replace('&&', '&&') +
        'RUN --network=none --mount=type=secret,id=other cp /run/secrets/other /other\n',
    },
    env: { TOKEN: 'of the environment' },
    images: ['web'],
  },
  {
    title: 'a secret from the .env file',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: { context: ., secrets: [ tok ] }\nsecrets:\n  tok: { environment: DOTTED }\n',
      '.env': 'DOTTED=from dot env\nLATER=1\n',
      busybox: '',
      Dockerfile: runSecret,
    },
    images: ['web'],
    since: '2.28',
  },
  {
    title: 'one context, several Dockerfiles and targets',
    files: {
      'compose.yaml': `
services:
  a: { build: { context: ., dockerfile: a.Dockerfile } }
  b: { build: { context: ., dockerfile: docker/b.Dockerfile } }
  c: { build: { context: ., dockerfile: a.Dockerfile, target: early } }
  d: { build: { context: ., dockerfile: a.Dockerfile, args: { A: d } } }
`,
      'a.Dockerfile':
        'FROM scratch AS early\nARG A\nLABEL a=$A\nCOPY file /\nFROM early\nCOPY big /big\n',
      'docker/b.Dockerfile': 'FROM scratch\nCOPY . /all\n',
      'a.Dockerfile.dockerignore': 'ignored\n',
      '.dockerignore': '*.Dockerfile\n',
      file: 'shared',
      ignored: 'ignored',
      big: 'x'.repeat(100_000),
    },
    images: ['a', 'b', 'c', 'd'],
  },
  {
    title: 'further tags',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: { context: ., tags: [ "NAME-x:1", "NAME-x/y:2" ] }\n',
      Dockerfile: simple,
      file: 'tags',
    },
    images: ['web', 'x:1', 'x/y:2'],
  },
  {
    title: 'a platform of the service',
    files: {
      'compose.yaml': 'services:\n  web:\n    platform: linux/arm64\n    build: .\n',
      Dockerfile: 'FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY file /\n',
      file: 'platform',
    },
    images: ['web'],
  },
  {
    title: 'a platform of the build, the default one and pull',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: { context: ., platforms: [ linux/arm/v7 ], pull: true }\n  other:\n    build: .\n',
      Dockerfile: 'FROM scratch\nARG TARGETPLATFORM\nLABEL on=$TARGETPLATFORM\nCOPY file /\n',
      file: 'platforms',
    },
    env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm/v7' },
    build: { pull: true },
    images: ['web', 'other'],
  },
  {
    title: 'network, hosts and limits',
    files: {
      'compose.yaml': `
services:
  web:
    build:
      context: .
      network: none
      extra_hosts: [ "somehost:192.0.2.1" ]
      ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 50 }
`,
      busybox: '',
      Dockerfile: `${withShell}\nRUN busybox grep -h host /etc/hosts | busybox sort > /hosts; ulimit -n > /limit\n`,
    },
    images: ['web'],
  },
  {
    title: 'a size of shared memory, which compose before 2.35 ignores',
    files: {
      'compose.yaml': 'services:\n  web: { build: { context: ., shm_size: 32m } }\n',
      busybox: '',
      Dockerfile: `${withShell}\nRUN --network=none busybox df /dev/shm | busybox tail -n1 > /shm\n`,
    },
    images: ['web'],
  },
  {
    title: "proxies of docker's configuration, one of them set by the project",
    files: {
      'compose.yaml':
        'services:\n  web: { build: { context: ., args: { NO_PROXY: own.test } } }\n  other: { build: . }\n',
      Dockerfile: withProxies,
      file: 'proxies',
    },
    images: ['web', 'other'],
  },
  {
    title: 'no_cache and caches',
    files: {
      'compose.yaml': `
services:
  web:
    build: { context: ., no_cache: true, args: [ SOURCE_DATE_EPOCH ] }
  other:
    build: { context: ./other, cache_from: [ "type=local,src=CACHE" ], cache_to: [ "type=inline" ] }
`,
      Dockerfile: simple,
      'other/Dockerfile': simple,
      'other/file': 'other cache',
      file: 'cache',
    },
    // Layers and config tell the time of a build that nothing was cached of.
    env: { SOURCE_DATE_EPOCH: '1700000000' },
    images: ['web', 'other'],
  },
  {
    title: 'names with dots and dashes',
    files: {
      'compose.yaml':
        'services:\n  my.web-app:\n    build: .\n  my_web-app2:\n    build: { context: ., additional_contexts: { dep: "service:my.web-app" } }\n',
      Dockerfile: simple,
      file: 'names',
    },
    images: ['my.web-app', 'my_web-app2'],
    since: '2.33',
  },
  {
    title: 'anchors, merge keys and fragments',
    files: {
      'compose.yaml': `
x-build: &build
  context: .
  args: &args { A: shared }
services:
  a: { build: { <<: *build } }
  b: { build: { <<: *build, args: { <<: *args, B: own } } }
`,
      Dockerfile: withArg,
      file: 'anchors',
    },
    images: ['a', 'b'],
  },
  {
    title: 'an override file that is found by itself',
    files: {
      'docker-compose.yml': 'version: "3"\nservices:\n  web: { build: . }\n',
      'docker-compose.override.yml': 'services:\n  web: { build: { args: { A: override } } }\n',
      Dockerfile: withArg,
      file: 'override',
    },
    images: ['web'],
  },
  {
    title: 'the date of the source',
    files: {
      'compose.yaml': 'services:\n  web: { build: . }\n',
      Dockerfile: simple,
      file: 'epoch',
    },
    env: { SOURCE_DATE_EPOCH: '1700000000' },
    images: ['web'],
  },
  {
    title: 'thirty services',
    files: {
      'compose.yaml': `services:\n${Array.from({ length: 30 }, (_, at) => `  s${at}: { build: { context: ., args: { A: "${at}" } } }\n`).join('')}`,
      Dockerfile: withArg,
      file: 'thirty',
    },
    images: Array.from({ length: 30 }, (_, at) => `s${at}`),
  },
];
