type Json = Readonly<Record<string, unknown>>;

/**
 * The metadata of a build as it has to be on both sides.
 *
 * What differs by its nature is replaced: the solve's ref, the digest of the manifest (buildx loads
 * another form of it than the builder has, with the time of that), and all but the shape of a whole provenance, which tells
 * the time and the weather. The order of keys counts.
 */
export function comparableMetadata(text: string): unknown {
  const metadata = JSON.parse(text) as Json;
  return Object.entries(metadata).map(([key, value]) => [key, comparable(key, value)]);
}

function comparable(key: string, value: unknown): unknown {
  switch (key) {
    case 'buildx.build.ref':
      return String(value).replace(/[a-z0-9]{25,}$/, 'REF');
    case 'containerimage.digest':
      return String(value).replace(/[0-9a-f]{64}$/, 'DIGEST');
    case 'containerimage.descriptor':
      return shapeOf({ ...(value as Json), annotations: 'when it was exported' });
    case 'buildx.build.warnings':
      return (value as Json[])
        .map((warning): Json => ({ ...warning, vertex: typeof warning.vertex }))
        .sort((a, b) => (String(a.short) < String(b.short) ? -1 : 1));
    default:
      return key.startsWith('buildx.build.provenance')
        ? comparableProvenance(value as Json)
        : value;
  }
}

/** The least one is the same to the last value, but for a field that this buildx does not know yet. */
function comparableProvenance({ buildConfig, metadata, ...least }: Json): Json {
  const { parameters } = least.invocation as { parameters: { compatibilityVersion?: number } };
  delete parameters.compatibilityVersion;
  return { ...least, buildConfig: shapeOf(buildConfig), metadata: shapeOf(metadata) };
}

/** What BuildKit notes of the machine again and again while it builds, and while a step runs. */
const samples = new Set(['sysUsage', 'samples']);

/** The types of all values. How many samples there are depends on the time. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      neutralKey(key),
      shapeOf(samples.has(key) && Array.isArray(each) ? each.slice(0, 1) : each),
    ]),
  );
}

function neutralKey(key: string): string {
  return key.replace(/[0-9a-f]{64}/, 'DIGEST');
}
