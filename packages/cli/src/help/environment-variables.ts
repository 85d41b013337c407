/** Variables that belong together. */
export interface VariableGroup {
  readonly title: string;
  readonly variables: readonly EnvironmentVariable[];
}

/** An environment variable that some package reads, or gives to programs that it starts. */
export interface EnvironmentVariable {
  readonly name: string;
  /** What it does, in a sentence without its end. */
  readonly about: string;
}

const variable = (name: string, about: string): EnvironmentVariable => ({ name, about });

/** Every variable that counts. `warmdock help environment` and the reference show it. */
export const environmentVariables: readonly VariableGroup[] = [
  {
    title: 'Warmdock',
    variables: [
      variable(
        'WARMDOCK',
        'Of the shim: `off` passes everything through, `explain` says why, `pull` takes `docker pull` too',
      ),
      variable('WARMDOCK_DOCKER', 'The real docker, default the next one in PATH'),
      variable('WARMDOCK_GOLDEN_STORE', 'Folder of the store of goldens, as `--store`'),
      variable(
        'WARMDOCK_GRPC',
        '`grpc-js` speaks to builders by @grpc/grpc-js, `builtin` (default) by our own HTTP/2',
      ),
      variable(
        'WARMDOCK_REGISTRY',
        'The repository that images may travel through, as `--registry`',
      ),
      variable('WARMDOCK_VIA', 'How images are loaded, as `--via`'),
    ],
  },
  {
    title: 'Set for the programs of goldens',
    variables: [
      variable('WARMDOCK_GOLDEN_BUILD', '`1` for the start-up script of a golden build'),
      variable('WARMDOCK_GOLDEN_DATA_ROOT', 'The data root of the clone'),
      variable('WARMDOCK_GOLDEN_GENERATION', 'The generation that it came from, empty for none'),
      variable('WARMDOCK_GOLDEN_PROJECT', 'The project'),
      variable('WARMDOCK_GOLDEN_SESSION', 'The session'),
    ],
  },
  {
    title: 'Of the launchers: not to be set',
    variables: [
      variable('WARMDOCK_DEPTH', 'How many shims have called each other so far'),
      variable('WARMDOCK_EXTRA_CA_CERTS', 'What NODE_EXTRA_CA_CERTS was'),
      variable('WARMDOCK_IGNORED_SIGNALS', 'Signals that the launcher was started to ignore'),
      variable('WARMDOCK_USER_*', 'What was hidden from Node, for programs that it starts'),
    ],
  },
  {
    title: 'Docker',
    variables: [
      variable('DOCKER_AUTH_CONFIG', 'Logins to registries, as JSON; before those of config.json'),
      variable('DOCKER_BUILDKIT', '`0` asks docker for the legacy builder: passed through'),
      variable('DOCKER_CERT_PATH', 'Folder of the TLS files for the daemon'),
      variable('DOCKER_CONFIG', 'Folder of config.json, default ~/.docker'),
      variable('DOCKER_CONTEXT', 'The docker context, unless DOCKER_HOST is set'),
      variable('DOCKER_CONTENT_TRUST', 'Signatures are checked: pulls are passed through'),
      variable('DOCKER_DEFAULT_PLATFORM', 'Platforms to build for or to pull without `--platform`'),
      variable('DOCKER_HOST', 'Address of the daemon that images are loaded into'),
      variable('DOCKER_TLS', 'Any value: TLS to the daemon, whose certificate is not checked'),
      variable('DOCKER_TLS_VERIFY', 'Any value: TLS to the daemon, whose certificate is checked'),
    ],
  },
  {
    title: 'Buildx and BuildKit',
    variables: [
      variable('BUILDKIT_HOST', 'Chooses no builder, as with buildx; the doctor warns of it'),
      variable('BUILDKIT_NO_CLIENT_TOKEN', '`1` hands logins to the builder instead of tokens'),
      variable('BUILDKIT_PROGRESS', 'What `--progress` is by default'),
      variable('BUILDKIT_TTY_LOG_LINES', 'Lines of the log below each step on terminals'),
      variable('BUILDX_BAKE_GIT_AUTH_HEADER', 'For bake files in git: passed through'),
      variable('BUILDX_BAKE_GIT_AUTH_TOKEN', 'For bake files in git: passed through'),
      variable('BUILDX_BUILDER', 'Name of the builder, as `--builder`'),
      variable('BUILDX_CONFIG', "Folder of buildx's builders, default ~/.docker/buildx"),
      variable('BUILDX_METADATA_PROVENANCE', 'Provenance in metadata files: min, max, disabled'),
      variable('BUILDX_METADATA_WARNINGS', '`1` puts warnings into metadata files'),
      variable('BUILDX_NO_DEFAULT_ATTESTATIONS', '`1` adds no provenance that nobody asked for'),
      variable('BUILDX_NO_DEFAULT_LOAD', '`1` loads nothing without `--load`: passed through'),
      variable('SOURCE_DATE_EPOCH', 'The build argument of that name'),
    ],
  },
  {
    title: 'Compose',
    variables: [
      variable('COMPOSE_ANSI', 'As `--ansi`'),
      variable('COMPOSE_COMPATIBILITY', 'Names images the old way: passed through'),
      variable('COMPOSE_ENV_FILES', 'Files of variables; what is known of images is then not kept'),
      variable('COMPOSE_FILE', 'Files of the project, as `--file`'),
      variable('COMPOSE_PARALLEL_LIMIT', 'How many builds at a time, as `--parallel`'),
      variable('COMPOSE_PATH_SEPARATOR', 'Stands between the files of COMPOSE_FILE, default `:`'),
      variable('COMPOSE_PROGRESS', 'As `--progress`'),
    ],
  },
  {
    title: 'Credentials and certificates',
    variables: [
      variable('ACTIONS_CACHE_SERVICE_V2', 'Of GitHub Actions: which cache service there is'),
      variable('ACTIONS_CACHE_URL', 'Of GitHub Actions: address for `type=gha` caches'),
      variable('ACTIONS_RESULTS_URL', 'Of GitHub Actions: address of the second cache service'),
      variable('ACTIONS_RUNTIME_TOKEN', 'Of GitHub Actions: token for `type=gha` caches'),
      variable('AWS_ACCESS_KEY_ID', 'Login for `type=s3` caches'),
      variable('AWS_SECRET_ACCESS_KEY', 'Login for `type=s3` caches'),
      variable('AWS_SESSION_TOKEN', 'Login for `type=s3` caches'),
      variable('NODE_EXTRA_CA_CERTS', 'File of further certificate authorities, in PEM'),
      variable('SSH_AUTH_SOCK', 'The ssh agent of `--ssh default`'),
      variable('SSL_CERT_DIR', "Folders of the system's authorities, as Go programs look for them"),
      variable('SSL_CERT_FILE', "File of the system's authorities, as Go programs look for it"),
    ],
  },
  {
    title: 'Proxies, also in lower case',
    variables: [
      variable('FTP_PROXY', 'A build argument'),
      variable('HTTP_PROXY', 'Proxy to registries over http, and a build argument'),
      variable('HTTPS_PROXY', 'Proxy to registries over https, and a build argument'),
      variable('NO_PROXY', 'Hosts without a proxy, and a build argument'),
    ],
  },
  {
    title: 'Folders and terminals',
    variables: [
      variable('HOME', 'Where the folders below are by default'),
      variable('NO_COLOR', 'Any value: no colours'),
      variable('PATH', 'Where docker, its plugins and other programs are looked for'),
      variable('TERM', '`dumb` shows plain lines without colours'),
      variable('TMPDIR', 'Where layers wait that cannot be passed on at once, default /tmp'),
      variable('XDG_CACHE_HOME', 'Compiled code and images of projects, default ~/.cache'),
      variable('XDG_CONFIG_HOME', 'Certificates of registries, default ~/.config'),
      variable('XDG_DATA_HOME', 'The shim, default ~/.local/share'),
      variable('XDG_STATE_HOME', 'Keys of contexts and pending builds, default ~/.local/state'),
    ],
  },
];

/** The variables as text, with a heading for each group. */
export function formatEnvironment(): string {
  const all = environmentVariables.flatMap(({ variables }) => variables);
  const width = Math.max(...all.map(({ name }) => name.length));
  const groups = environmentVariables.map(({ title, variables }) => {
    const lines = variables.map(({ name, about }) => `  ${name.padEnd(width)}   ${about}`);
    return [`${title}:`, ...lines, ''].join('\n');
  });
  return groups.join('\n').replaceAll('`', "'");
}
