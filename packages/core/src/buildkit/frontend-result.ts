import type { BridgeResult, Ref } from '../gen/gateway.js';

/** What a build has made, as the graph of its steps: another build can begin with it. */
export interface FrontendResult {
  /** By platform, such as `linux/amd64`; a result that names none is the only one, under ''. */
  readonly states: ReadonlyMap<string, FrontendState>;
  /** What the frontend says besides, such as its answer to a question. */
  readonly metadata?: Readonly<Record<string, Buffer>>;
}

/** One platform's result of a frontend: what is built, and the config of the image. */
export interface FrontendState {
  /** BuildKit's `pb.Definition` as it came; empty for an empty file system, which no build can begin with. */
  readonly definition: Buffer;
  /** The image's config as JSON, where the frontend made an image. */
  readonly imageConfig: Buffer | undefined;
}

/** BuildKit's `exptypes.ExporterImageConfigKey`, with `/platform` behind it where there are several. */
const imageConfigKey = 'containerimage.config';

/** The result of a frontend as BuildKit's gateway sends it. */
export function frontendResultOf({ ref, refs, metadata }: BridgeResult): FrontendResult {
  const state = ({ definition }: Ref, key: string): FrontendState => ({
    definition,
    imageConfig: metadata[key],
  });
  if (!refs) return { states: new Map(ref ? [['', state(ref, imageConfigKey)]] : []), metadata };
  const states = Object.entries(refs.refs).map(([platform, each]): [string, FrontendState] => [
    platform,
    state(each, `${imageConfigKey}/${platform}`),
  ]);
  return { states: new Map(states), metadata };
}

/** What a solve needs to know of its inputs. */
export interface FrontendInputs {
  readonly attrs: Readonly<Record<string, string>>;
  /** Build graphs by the keys that the attributes name. */
  readonly definitions: Record<string, Buffer>;
}

/**
 * Makes results of other builds the named contexts of one.
 *
 * Attributes as BuildKit's Dockerfile frontend reads them (`dockerui`): `context:NAME[::PLATFORM]` is
 * `input:KEY`, and `input-metadata:KEY` a JSON object of base64 values.
 */
export function frontendInputs(results: ReadonlyMap<string, FrontendResult>): FrontendInputs {
  const inputs = [...results].flatMap(([name, { states }]) =>
    [...states].map(([platform, state]) => ({
      key: platform ? `${name}::${platform}` : name,
      state,
    })),
  );
  const attrs = inputs.flatMap(({ key, state }) => [
    [`context:${key}`, `input:${key}`],
    ...(state.imageConfig ? [[`input-metadata:${key}`, metadataOf(state.imageConfig)]] : []),
  ]);
  return {
    attrs: Object.fromEntries(attrs),
    definitions: Object.fromEntries(inputs.map(({ key, state }) => [key, state.definition])),
  };
}

function metadataOf(imageConfig: Buffer): string {
  return JSON.stringify({ [imageConfigKey]: imageConfig.toString('base64') });
}
