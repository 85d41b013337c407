import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallOptions, ContentSource } from '../../content/content.js';
import { readBlob } from '../../content/read-blob.js';
import { WarmdockError } from '../../errors.js';

/** How an image was made: a predicate of SLSA provenance v0.2, as BuildKit extends it. */
export type Provenance = Readonly<Record<string, unknown>>;

/** Of a JSON object; what they hold is passed on as it is. */
interface Fields {
  readonly [name: string]: Fields | undefined;
}

const provenanceType = 'https://slsa.dev/provenance/';
const versionOne = `${provenanceType}v1`;

/**
 * The provenance that the builder recorded of a solve, by platform; one for all of them is under the
 * empty text. BuildKit records it of every build, whether or not the image has attestations.
 *
 * Newer ones record v1, which comes as v0.2, as with buildx.
 */
export async function readProvenance(
  builder: Pick<BuildKit, 'name' | 'attestations'> & { readonly content: ContentSource },
  ref: string,
  options: CallOptions = {},
): Promise<ReadonlyMap<string, Provenance>> {
  const recorded = await builder.attestations(ref, options);
  const found = new Map<string, Provenance>();
  for (const { platform, predicateType, descriptor } of recorded) {
    if (found.has(platform) || !predicateType.startsWith(provenanceType)) continue;
    const bytes = await readBlob(builder.content, descriptor, options);
    const predicate = parsePredicate(bytes, builder.name);
    found.set(platform, predicateType === versionOne ? asVersion02(predicate) : predicate);
  }
  return found;
}

function parsePredicate(bytes: Buffer, builder: string): Fields {
  try {
    return JSON.parse(bytes.toString('utf8')) as Fields;
  } catch (cause) {
    throw new WarmdockError('PROTOCOL', `builder ${builder} recorded provenance that is no JSON`, {
      cause,
    });
  }
}

/** By BuildKit's own rules; what v0.2 has no place for is left out. */
function asVersion02({ buildDefinition = {}, runDetails = {} }: Fields): Provenance {
  const {
    externalParameters = {},
    internalParameters = {},
    resolvedDependencies,
  } = buildDefinition;
  const { configSource = {}, request = {} } = externalParameters;
  const { buildConfig, builderPlatform, ...environment } = internalParameters;
  const { uri, digest, path } = configSource;
  return withoutUndefined({
    builder: { id: runDetails.builder?.id ?? '' },
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: materialsOf(resolvedDependencies),
    invocation: {
      configSource: withoutUndefined({ uri, digest, entryPoint: path }),
      parameters: request,
      environment: { ...environment, platform: builderPlatform ?? '' },
    },
    buildConfig,
    metadata: runDetails.metadata && metadataOf(runDetails.metadata),
  });
}

function materialsOf(dependencies: Fields | undefined) {
  if (!Array.isArray(dependencies)) return undefined;
  return (dependencies as Fields[]).map(({ uri, digest }) => withoutUndefined({ uri, digest }));
}

function metadataOf(metadata: Fields): Provenance {
  const { request, resolvedDependencies } = metadata.buildkit_completeness ?? {};
  return withoutUndefined({
    buildInvocationID: metadata.invocationId,
    buildStartedOn: metadata.startedOn,
    buildFinishedOn: metadata.finishedOn,
    completeness: {
      parameters: request ?? false,
      environment: true,
      materials: resolvedDependencies ?? false,
    },
    reproducible: metadata.buildkit_reproducible ?? false,
    'https://mobyproject.org/buildkit@v1#metadata': metadata.buildkit_metadata ?? {},
    'https://mobyproject.org/buildkit@v1#hermetic': metadata.buildkit_hermetic,
  });
}

function withoutUndefined(fields: Record<string, unknown>): Provenance {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
