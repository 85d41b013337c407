import type { ImageStore } from '@warmdock/testkit';

/** A command line that docker and the shim are both to run. */
export interface ParityCase {
  /**
   * The words behind `docker`, as a shell reads them; `TAG` is a name for the image, `OUT` a folder
   * for files, `OLD` one in which an earlier build left its own, `GIT` the address of a repository, `HTTP` of a
   * web server, `REGISTRY` of a registry.
   */
  readonly line: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the shim carries it out itself, or with which store only. */
  readonly ours: boolean | ImageStore;
}

const ours = (line: string, more: Partial<ParityCase> = {}): ParityCase => ({
  line,
  ours: true,
  ...more,
});

const passedThrough = (line: string, more: Partial<ParityCase> = {}): ParityCase => ({
  line,
  ours: false,
  ...more,
});

const spellings = [
  'build --load -t TAG .',
  'build --load -tTAG .',
  'build --load -t=TAG .',
  'build --load --tag TAG .',
  'build --load --tag=TAG .',
  'build . --load -t TAG',
  'build -t TAG --load=true .',
  'build -t TAG --load=1 .',
  'build -t TAG --load -- .',
  'build --load -qt TAG .',
  'build --load -qtTAG .',
  'image build --load -t TAG .',
  'builder build --load -t TAG .',
  'buildx build --load -t TAG .',
  'buildx b --load -t TAG .',
  'buildx --builder BUILDER build --load -t TAG .',
  'buildx --builder=BUILDER build --load -t TAG .',
  'buildx -D build --load -t TAG .',
  'build --builder BUILDER --load -t TAG .',
  'build --builder=BUILDER --load -t TAG .',
  'build -D --load -t TAG .',
  '-D build --load -t TAG .',
  '--debug=false build --load -t TAG .',
  '-l error build --load -t TAG .',
  '-lerror build --load -t TAG .',
  '--log-level=error build --load -t TAG .',
  '-Dl error build --load -t TAG .',
  'build -o type=docker -t TAG .',
  'build --output type=docker -t TAG .',
  'build --output=type=docker -t TAG .',
];

const names = [
  'build --load -t TAG -t TAG-2 .',
  'build --load -t TAG:v1 .',
  'build --load -t localhost:5000/TAG:v1 .',
  'build --load .',
  'build --load --quiet .',
];

const options = [
  'build --load -t TAG -f Dockerfile .',
  'build --load -t TAG -f other.Dockerfile .',
  'build --load -t TAG --file=sub/Dockerfile sub',
  'build --load -t TAG sub',
  'build --load -t TAG ./sub/../sub/',
  'build --load -t TAG -f sub/Dockerfile .',
  'build --load -t TAG -f warn.Dockerfile .',
  'build --load -t TAG --target base .',
  'build --load -t TAG --target=more .',
  'build --load -t TAG --target last .',
  'build --load -t TAG --build-arg WHO=me .',
  'build --load -t TAG --build-arg WHO= .',
  'build --load -t TAG --build-arg=WHO=a=b .',
  'build --load -t TAG --build-arg WHO --build-arg NOBODY=1 .',
  'build --load -t TAG --build-arg WHO=1 --build-arg WHO=2 .',
  'build --load -t TAG --build-arg SOURCE_DATE_EPOCH=1700000000 .',
  'build --load -t TAG --label a=b .',
  'build --load -t TAG --label a --label b= --label c=d=e .',
  'build --load -t TAG --label "a=b c" .',
  'build --load -t TAG --pull .',
  'build --load -t TAG --pull=false .',
  'build --load -t TAG --platform linux/amd64 .',
  'build --load -t TAG --platform=linux/arm64 .',
  'build --load -t TAG --no-cache-filter more .',
  'build --load -t TAG --progress plain .',
  'build --load -t TAG --progress=rawjson .',
  'build --load -t TAG --progress=quiet .',
  'build --load -t TAG --progress=none .',
  'build --load -t TAG -q --progress=auto .',
  'build --load -t TAG --iidfile OUT/iid .',
  'build --load -t TAG --iidfile=OUT/iid -q .',
  'build --load -t TAG --secret id=s,src=file -f secret.Dockerfile .',
  'build --load -t TAG --secret id=s,env=WHO -f secret.Dockerfile .',
  'build --load -t TAG --secret id=s,type=file,source=file -f secret.Dockerfile .',
  'build --load -t TAG --network none .',
  'build --load -t TAG --network=default .',
  'build --load -t TAG --add-host a:1.2.3.4 .',
  'build --load -t TAG --add-host a=1.2.3.4,b:::1 .',
  'build --load -t TAG --shm-size 128m .',
  'build --load -t TAG --ulimit nofile=1024:2048 .',
  'build --load -t TAG --cgroup-parent x .',
  'build --load -t TAG --build-context extra=sub -f context.Dockerfile .',
  'build --load -t TAG --provenance=false .',
  'build --load -t TAG --sbom=false .',
  'build --load -t TAG --annotation a=b .',
  'build --load -t TAG --rm --force-rm --compress .',
];

/** What counts of a flag that is given more than once: its last value, all of them, or whether docker refuses them. */
const repeated = [
  'build --load -t TAG --build-context extra=sub --build-context extra=more -f context.Dockerfile .',
  'build --load -t TAG --build-context extra=nowhere --build-context extra=sub -f context.Dockerfile .',
  'build --load -t TAG --build-context extra=more --build-context extra:latest=sub -f context.Dockerfile .',
  'build --load -t TAG --build-arg WHO=1 --build-arg WHO .',
  'build --load -t TAG --build-arg NOBODY=1 --build-arg NOBODY .',
  'build --load -t TAG --label a=1 --label a=2 .',
  'build --load -t TAG --label a=1 --label a .',
  'build --load -t TAG --annotation a=1 --annotation a=2 .',
  'build --load -t TAG --annotation manifest:a=1 --annotation a=2 .',
  'build --load -t TAG --secret id=s,src=other --secret id=s,src=file -f secret.Dockerfile .',
  'build --load -t TAG --secret id=s,src=nowhere --secret id=s,src=file -f secret.Dockerfile .',
  'build --load -t TAG -t TAG -t TAG:latest --iidfile OUT/iid .',
  'build --load -t TAG --add-host a:1.1.1.1,b:2.2.2.2 --add-host b=3.3.3.3 -f limits.Dockerfile .',
  'build --load -t TAG --ulimit nofile=1000 --ulimit nproc=500 --ulimit nofile=900 -f limits.Dockerfile .',
  'build --load -t TAG --shm-size 32m --shm-size 64m -f limits.Dockerfile .',
  'build --load -t TAG --sbom=false --attest type=sbom,disabled=true .',
  'build --load -t TAG --provenance=true --provenance=false .',
  'build --load -t TAG --cache-to type=local,dest=OUT/1 --cache-to type=local,dest=OUT/2 .',
  'build --load -t TAG --cache-to type=inline --cache-to type=inline .',
  'build --load -t TAG --no-cache-filter more --no-cache-filter nowhere .',
  'build --load -t TAG --target base --target more .',
  'build --load -t TAG -f nowhere -f other.Dockerfile .',
  'build --load -t TAG --iidfile OUT/other --iidfile OUT/iid .',
  'build --load -t TAG --metadata-file OUT/other --metadata-file= .',
];

const failures = [
  'build --load -t TAG --target nowhere .',
  'build --load -t TAG -f missing.Dockerfile .',
  'build --load -t TAG missing',
  'build --load -t TAG -f broken.Dockerfile .',
  'build --load -t TAG -f failing.Dockerfile .',
  'build --load -t TAG -q -f failing.Dockerfile .',
  'build --load -t TAG --progress=plain -f failing.Dockerfile .',
  'build --load -t TAG -f missing-file.Dockerfile .',
  'build --load -t TAG --secret id=s,src=nowhere -f secret.Dockerfile .',
  'build --load -t TAG -f secret.Dockerfile .',
  ...['failing', 'broken', 'missing'].map(
    (name) => `build --load --iidfile OLD/iid --metadata-file OLD/metadata -f ${name}.Dockerfile .`,
  ),
  'build --load --iidfile OLD/iid --metadata-file OLD/metadata missing',
];

/** Indexes of images; the classic store has none, which docker is to say. */
const indexes = [
  'build --load -t TAG --provenance=true .',
  'build --load -t TAG --provenance=mode=max .',
  'build --load -t TAG --provenance=mode=max,version=v1 -q .',
  'build --load -t TAG --attest type=provenance,mode=min .',
  'build --load -t TAG --provenance=true --iidfile OUT/iid .',
  'build --load -t TAG --platform linux/amd64,linux/arm64 .',
  'build --load -t TAG --platform linux/amd64 --platform linux/arm64 -q .',
  'build --load -t TAG --platform linux/amd64,linux/arm64 --provenance=true .',
  'build --load -t TAG --annotation index:a=b --platform linux/amd64,linux/arm64 .',
  'build --load -t TAG --provenance=false --platform linux/amd64,linux/arm64 .',
  'build --load -t TAG --build-arg BUILDKIT_MULTI_PLATFORM=1 .',
  'build --load -t TAG --platform linux/arm64,linux/arm64/v8 .',
  'build --load -t TAG --platform linux/amd64 --platform linux/arm64 --platform linux/x86_64 .',
  'build --load -t TAG --platform linux/amd64,linux/arm64 --metadata-file OUT/metadata .',
  'build --load -t TAG --provenance=false --provenance=true .',
  'build --load -t TAG --provenance=mode=max --attest type=provenance,mode=min --metadata-file OUT/metadata .',
  'build --load -t TAG --attest type=provenance,mode=max --provenance=false .',
  'build --load -t TAG --attest type=provenance,disabled=true --attest type=provenance,mode=min .',
];

const remoteContexts = [
  'build --load -t TAG GIT#main:sub',
  'build --load -t TAG GIT#other:sub',
  'build --load -q -t TAG GIT#other:sub',
  'build --load -t TAG -f named.Dockerfile --build-context repo=GIT#main .',
  'build --load -t TAG GIT#nowhere',
  'build --load -t TAG GIT#main:nowhere',
  'build --load -t TAG HTTP/Dockerfile',
  'build --load -t TAG HTTP/nowhere',
  'build --load -t TAG -f HTTP/Dockerfile .',
];

const inputs: ParityCase[] = [
  ours('build --load -t TAG -', { stdin: 'FROM scratch\nLABEL from=stdin\n' }),
  ours('build --load -t TAG - ', { stdin: 'FROM scratch\nLABEL from=stdin two=2\n' }),
  ours('build --load -t TAG -f - .', { stdin: 'FROM scratch\nCOPY file /from-stdin\n' }),
  ours('build --load -t TAG -f- .', { stdin: 'FROM scratch\nCOPY other /from-stdin\n' }),
  ours('build --load -t TAG --file=- sub', { stdin: 'FROM scratch\nCOPY inner /from-stdin\n' }),
  ours('build --load -t TAG .', { env: { DOCKER_BUILDKIT: '1' } }),
  ours('build --load -t TAG .', { env: { BUILDKIT_PROGRESS: 'plain' } }),
  ours('build --load -t TAG .', { env: { NO_COLOR: '1' } }),
  ours('build --load -t TAG .', { env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } }),
  ours('build --load -t TAG .', { env: { SOURCE_DATE_EPOCH: '1600000000' } }),
  ours('build --load -t TAG --build-arg WHO .', { env: { WHO: 'environment' } }),
  ours('build --load -t TAG .', { env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' } }),
  ours('build --load -t TAG .', { env: { WARMDOCK: 'explain' } }),
];

const metadata: ParityCase[] = [
  ours('build --load -t TAG --metadata-file OUT/metadata .'),
  ours('build --load -t TAG --iidfile OUT/iid --metadata-file=OUT/metadata --quiet .'),
  ours('build --load -t TAG -t TAG-2:v1 --metadata-file OUT/metadata .'),
  ours('build --load --metadata-file OUT/metadata .'),
  ours('build --load -t TAG --platform linux/arm64 --metadata-file OUT/metadata .'),
  ours('build --load -t TAG --build-arg WHO=1 --label a=b --metadata-file OUT/metadata .'),
  ours(
    'build --load -t TAG --secret id=s,src=file -f secret.Dockerfile --metadata-file OUT/metadata .',
  ),
  ours('build --load -t TAG --metadata-file OUT/metadata -', {
    stdin: 'FROM scratch\nLABEL a=b\n',
  }),
  ours('build --load -t TAG --metadata-file OUT/metadata -f failing.Dockerfile .'),
  ours('build --load -t TAG --provenance=false --metadata-file OUT/metadata .'),
  ours('build --load -t TAG -f warn.Dockerfile --metadata-file OUT/metadata .'),
];

const metadataModes: ParityCase[] = [
  ...['min', 'max', 'disabled', 'false', 'true', 'other'].map((mode) =>
    ours('build --load -t TAG --metadata-file OUT/metadata .', {
      env: { BUILDX_METADATA_PROVENANCE: mode },
    }),
  ),
  ...['1', 'true', '0', 'other'].map((mode) =>
    ours('build --load -t TAG -f warn.Dockerfile --metadata-file OUT/metadata .', {
      env: { BUILDX_METADATA_WARNINGS: mode },
    }),
  ),
  ours('build --load -t TAG --metadata-file OUT/metadata .', {
    env: { BUILDX_METADATA_WARNINGS: '1' },
  }),
];

/** What is docker's own: the same to the byte. */
const passed: ParityCase[] = [
  passedThrough('version --format {{.Client.Version}}'),
  passedThrough('--version'),
  passedThrough('-v'),
  passedThrough('build --help'),
  passedThrough('buildx build --help'),
  passedThrough('buildx version'),
  passedThrough('image ls --quiet --filter reference=nothing'),
  passedThrough('nonsense'),
  passedThrough('build'),
  passedThrough('build a b'),
  passedThrough('build --unknown .'),
  passedThrough('build -Z .'),
  passedThrough('build --tag'),
  passedThrough('build --pull=maybe .'),
  passedThrough('build --load --push -t REGISTRY/TAG .'),
  passedThrough('build --builder nobody --load .'),
  passedThrough('build --shm-size x --load .'),
  passedThrough('build --ulimit x --load .'),
  passedThrough('build --load -t "not a name" .'),
  passedThrough('build --load --platform not/a/platform/at/all .'),
  passedThrough('build --load --no-cache --no-cache-filter more .'),
  passedThrough('build --load --progress=strange .'),
  passedThrough('build --load -q --progress=plain .'),
  passedThrough('build --load --shm-size x --shm-size 64m .'),
  passedThrough('build --load --annotation a=1 --annotation a .'),
  passedThrough('build --load --build-context extra=sub --build-context Extra=sub .'),
  passedThrough('build --load --allow a.b --allow network.host .'),
  passedThrough('build --load --builder BUILDER --builder= .'),
  passedThrough('buildx build --load --ssh a=nowhere --ssh a=nowhere .'),
  passedThrough('build --check --check=false .'),
  passedThrough('build --call=targets --call=outline .'),
  passedThrough('build --check .'),
  passedThrough('build --call=targets .'),
  passedThrough('build --call outline .'),
  passedThrough('buildx build -q .'),
  passedThrough('build -q -o type=cacheonly .'),
  passedThrough('build -q -o OUT/files .'),
  passedThrough('build -q -o type=local,dest=OUT/files --target more .'),
  passedThrough('build -q --output type=tar,dest=OUT/files.tar .'),
  passedThrough('build --load -t TAG -q .', { env: { WARMDOCK: 'off' } }),
  passedThrough('build --load -t TAG .', { env: { BUILDX_NO_DEFAULT_ATTESTATIONS: 'maybe' } }),
  passedThrough('compose version --short'),
  passedThrough('buildx bake --print -f nothing.hcl'),
];

const carriedOut = (lines: readonly string[]) => lines.map((line) => ours(line));

/** What depends on the builder or on the daemon. */
export const imageCases: readonly ParityCase[] = [
  ...carriedOut([...names, ...options, ...failures, ...remoteContexts]),
  ...indexes.map((line) => ({ line, ours: 'containerd' as const })),
  ...inputs,
  ...metadata,
];

/** All, with those that are about words alone. */
export const parityCases: readonly ParityCase[] = [
  ...carriedOut([...spellings, ...repeated]),
  ...imageCases,
  ...metadataModes,
  ...passed,
];
