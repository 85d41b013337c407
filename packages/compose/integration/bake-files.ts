import { withProxies } from './support/folder.js';

/** Bake files that bake and warmdock build, and how. */
export interface BakeProject {
  readonly title: string;
  /** `NAME` is a name that only this test uses. */
  readonly files: Readonly<Record<string, string>>;
  /** As `planBake` takes them. */
  readonly bake?: {
    readonly files?: readonly string[];
    readonly targets?: readonly string[];
    readonly set?: readonly string[];
    readonly load?: boolean;
    readonly noCache?: boolean;
    readonly pull?: boolean;
    readonly provenance?: string;
  };
  readonly env?: Readonly<Record<string, string>>;
  /** Without the name. */
  readonly images: readonly string[];
}

const simple = 'FROM scratch\nCOPY file /file\n';
const withArg = 'FROM scratch\nARG A=none\nARG B\nLABEL a=$A b=$B\nCOPY file /file\n';
const docker = 'output = ["type=docker"]';

export const bakeProjects: readonly BakeProject[] = [
  {
    title: 'a target',
    files: {
      'docker-bake.hcl': `target "default" {\n tags = ["NAME"]\n ${docker}\n}\n`,
      Dockerfile: simple,
      file: 'target',
    },
    images: [''],
  },
  {
    title: 'a group of targets, loaded by the command line',
    files: {
      'docker-bake.hcl':
        'group "default" {\n targets = ["a", "b"]\n}\ntarget "a" {\n tags = ["NAME-a"]\n}\ntarget "b" {\n tags = ["NAME-b:1", "NAME-b:2"]\n}\ntarget "c" {\n tags = ["NAME-c"]\n}\n',
      Dockerfile: simple,
      file: 'group',
    },
    bake: { load: true },
    images: ['-a', '-b:1', '-b:2'],
  },
  {
    title: 'groups in groups, of which one is named',
    files: {
      'docker-bake.hcl':
        'group "all" {\n targets = ["some", "c"]\n}\ngroup "some" {\n targets = ["a", "b"]\n}\ntarget "a" {\n tags = ["NAME-a"]\n}\ntarget "b" {\n tags = ["NAME-b"]\n}\ntarget "c" {\n tags = ["NAME-c"]\n}\n',
      Dockerfile: simple,
      file: 'groups',
    },
    bake: { load: true, targets: ['all'] },
    images: ['-a', '-b', '-c'],
  },
  {
    title: 'variables from the environment and functions',
    files: {
      'docker-bake.hcl':
        'variable "TAG" {\n default = "none"\n}\nfunction "name" {\n params = [x]\n result = "NAME-${x}:${TAG}"\n}\ntarget "default" {\n tags = [name("f")]\n args = { A = upper(TAG), B = "$${literal} %%{if}" }\n}\n',
      Dockerfile: withArg,
      file: 'variables',
    },
    env: { TAG: 'v7' },
    bake: { load: true },
    images: ['-f:v7'],
  },
  {
    title: 'a matrix',
    files: {
      'docker-bake.hcl':
        'target "default" {\n name = "m-${os}-${v}"\n matrix = { os = ["x", "y"], v = ["1", "2"] }\n tags = ["NAME-${os}:${v}"]\n args = { A = os, B = v }\n}\n',
      Dockerfile: withArg,
      file: 'matrix',
    },
    bake: { load: true },
    images: ['-x:1', '-x:2', '-y:1', '-y:2'],
  },
  {
    title: 'inheritance and changes on the command line',
    files: {
      'docker-bake.hcl':
        'target "_common" {\n args = { A = "common", B = "common" }\n labels = { l = "common" }\n}\ntarget "app" {\n inherits = ["_common"]\n tags = ["NAME-app"]\n args = { B = "app" }\n}\n',
      Dockerfile: withArg,
      file: 'inherits',
    },
    bake: { load: true, targets: ['app'], set: ['*.args.A=set', 'app.labels.more=yes'] },
    images: ['-app'],
  },
  {
    title: 'a target as the context of another one, and not loaded itself',
    files: {
      'docker-bake.hcl':
        'target "base" {\n context = "base"\n}\ntarget "app" {\n contexts = { base = "target:base", extra = "./extra" }\n tags = ["NAME-app"]\n}\n',
      'base/Dockerfile': 'FROM scratch\nENV IS=base\nCOPY file /base\n',
      'base/file': 'base',
      Dockerfile: 'FROM base\nCOPY --from=extra e /e\nCOPY file /app\n',
      'extra/e': 'extra',
      file: 'app',
    },
    bake: { load: true, targets: ['app'] },
    images: ['-app'],
  },
  {
    title: 'a target that two others begin with, loaded as well',
    files: {
      'docker-bake.hcl':
        'group "default" {\n targets = ["base", "a", "b"]\n}\ntarget "base" {\n context = "base"\n tags = ["NAME-base"]\n}\ntarget "a" {\n contexts = { base = "target:base" }\n tags = ["NAME-a"]\n args = { A = "a" }\n}\ntarget "b" {\n contexts = { base = "target:base" }\n tags = ["NAME-b"]\n args = { A = "b" }\n}\n',
      'base/Dockerfile': 'FROM scratch\nCOPY file /base\n',
      'base/file': 'base',
      Dockerfile: 'FROM base\nARG A\nLABEL a=$A\nCOPY --from=base /base /again\n',
    },
    bake: { load: true },
    images: ['-base', '-a', '-b'],
  },
  {
    title: 'an inline Dockerfile, a Dockerfile elsewhere, a stage',
    files: {
      'docker-bake.hcl':
        'group "default" {\n targets = ["a", "b"]\n}\ntarget "a" {\n dockerfile-inline = "FROM scratch\\nCOPY file /inline\\n"\n tags = ["NAME-a"]\n}\ntarget "b" {\n context = "sub"\n dockerfile = "docker/Other"\n target = "first"\n tags = ["NAME-b"]\n}\n',
      'sub/docker/Other': 'FROM scratch AS first\nCOPY file /b\nFROM scratch\nCOPY file /c\n',
      'sub/file': 'sub',
      file: 'inline',
    },
    bake: { load: true },
    images: ['-a', '-b'],
  },
  {
    title: 'JSON',
    files: {
      'docker-bake.json':
        '{"target":{"default":{"tags":["NAME-json"],"args":{"A":"json"},"no-cache-filter":["x"],"output":["type=docker"]}}}',
      Dockerfile: withArg,
      file: 'json',
    },
    images: ['-json'],
  },
  {
    title: 'several files',
    files: {
      'a.hcl': 'target "app" {\n tags = ["NAME-first"]\n args = { A = "first" }\n}\n',
      'b.hcl': 'target "app" {\n tags = ["NAME-second"]\n args = { B = "second" }\n}\n',
      Dockerfile: withArg,
      file: 'several',
    },
    bake: { files: ['a.hcl', 'b.hcl'], targets: ['app'], load: true },
    images: ['-second'],
  },
  {
    title: 'a compose file',
    files: {
      'docker-compose.yml':
        'services:\n  web:\n    image: NAME-web\n    build: { context: ., args: { A: compose } }\n  db:\n    image: NAME-db\n    build: .\n',
      Dockerfile: withArg,
      file: 'compose',
    },
    bake: { load: true },
    images: ['-web', '-db'],
  },
  {
    title: 'secrets as text and as objects',
    files: {
      'docker-bake.hcl':
        'target "default" {\n secret = ["id=tok,src=token", { id = "env", env = "TOKEN" }]\n tags = ["NAME-s"]\n}\n',
      Dockerfile:
        'FROM scratch\nCOPY busybox /bin/busybox\nSHELL ["/bin/busybox", "sh", "-c"]\nRUN --network=none --mount=type=secret,id=tok --mount=type=secret,id=env /bin/busybox cat /run/secrets/tok /run/secrets/env > /both\n',
      busybox: '',
      token: 'of the file',
    },
    env: { TOKEN: 'of the environment' },
    bake: { load: true },
    images: ['-s'],
  },
  {
    title: 'platforms, network, hosts, limits and annotations',
    files: {
      'docker-bake.hcl':
        'target "default" {\n platforms = ["linux/arm64"]\n network = "none"\n extra-hosts = { h = "192.0.2.1" }\n shm-size = "32m"\n ulimits = ["nofile=100:200"]\n annotations = ["manifest:a=b"]\n pull = true\n tags = ["NAME-p"]\n}\n',
      Dockerfile: 'FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY file /file\n',
      file: 'platform',
    },
    bake: { load: true },
    images: ['-p'],
  },
  {
    title: "proxies of docker's configuration, one of them set by the file",
    files: {
      'docker-bake.hcl':
        'group "default" {\n targets = ["a", "b"]\n}\ntarget "a" {\n tags = ["NAME-a"]\n args = { NO_PROXY = "own.test" }\n}\ntarget "b" {\n tags = ["NAME-b"]\n}\n',
      Dockerfile: withProxies,
      file: 'proxies',
    },
    bake: { load: true },
    images: ['-a', '-b'],
  },
  {
    title: 'caches as text and as objects',
    files: {
      'docker-bake.hcl':
        'target "default" {\n cache-from = ["type=local,src=cache", { type = "local", src = "other" }]\n cache-to = ["type=inline"]\n tags = ["NAME-cache"]\n}\n',
      Dockerfile: simple,
      file: 'cached',
    },
    bake: { load: true, provenance: 'false' },
    images: ['-cache'],
  },
];
