import type { Duplex } from 'node:stream';
import { abortable } from '../content/abortable.js';
import type { CallOptions } from '../content/content.js';
import type { Digest } from '../oci/digest.js';
import type { Reference } from '../oci/reference.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import {
  acceptedBy,
  type Checks,
  choice,
  either,
  mapOf,
  number,
  object,
  record,
  text,
} from '../options/checks.js';
import type { ImageInspect, ImageSummary } from './answers/image-answers.js';
import { createConnection } from './connection.js';
import {
  type ContainerState,
  type ContainerSummary,
  inspectContainer,
  listContainers,
  type RemoveContainerOptions,
  removeContainer,
} from './containers.js';
import type { EngineEndpoint } from './endpoint/endpoint.js';
import { resolveEngineEndpoint } from './endpoint/resolve-endpoint.js';
import { exec } from './exec.js';
import type { ExecStream } from './exec-stream.js';
import { jsonOf } from './http/call.js';
import { type HijackOptions, hijack } from './http/hijack.js';
import { createEngineHttp } from './http/http.js';
import { DEFAULT_LIMITS, type EngineLimits } from './http/limits.js';
import {
  inspectImage,
  listImages,
  type RemoveImageOptions,
  removeImage,
  resolveImage,
  tagImage,
} from './images.js';
import { type EngineInfo, parseInfo } from './info.js';
import { type LoadImagesOptions, loadImages } from './load-images.js';
import type { EnginePing } from './ping.js';
import { type PushImageOptions, pushImage } from './push-image.js';
import { isInRegistry, type RegistryQuestionOptions } from './registry-question.js';

/**
 * A Docker daemon, as far as images go, a builder in a container of it, and as it takes to leave it
 * without containers.
 *
 * The first call asks for the daemon's API version, once for all calls. Every call throws
 * `UNAVAILABLE` when the daemon cannot be reached, `PERMISSION_DENIED` when its socket is closed to
 * this user, `TIMEOUT` past the limits, and `CANCELLED`. An `idOrReference` is
 * an image id (`sha256:...`) or a name in any form that docker takes.
 */
export interface Engine extends AsyncDisposable {
  readonly endpoint: EngineEndpoint;
  /** Asked once; later calls answer from memory. */
  ping(options?: CallOptions): Promise<EnginePing>;
  /** Remembered for ten seconds: of many builds in a row, or at the same time, only the first asks. */
  info(options?: CallOptions): Promise<EngineInfo>;
  /** `undefined` when there is no such image. The containerd store looks at every layer: 50 ms for 42. */
  inspectImage(idOrReference: string, options?: CallOptions): Promise<ImageInspect | undefined>;
  /** The id of the image that the reference names now, `undefined` when none: 15 ms where an inspect takes 50. */
  resolveImage(reference: Reference, options?: CallOptions): Promise<Digest | undefined>;
  /** The containerd store measures every image for this: 80 ms for one of 42 layers. */
  listImages(options?: CallOptions): Promise<ImageSummary[]>;
  /** See `isInRegistry`. */
  isInRegistry(reference: Reference, options?: RegistryQuestionOptions): Promise<boolean>;
  /** See `pushImage`. */
  pushImage(reference: Reference, options?: PushImageOptions): Promise<Digest>;
  /** Makes the reference's tag name the image, whatever it named before; false when there is no such image. */
  tagImage(idOrReference: string, reference: Reference, options?: CallOptions): Promise<boolean>;
  /** Removes a name, and with its last name the image; false when there is none. Throws `CONFLICT` when it is in use. */
  removeImage(idOrReference: string, options?: RemoveImageOptions): Promise<boolean>;
  /** Those that do not run as well. */
  listContainers(options?: CallOptions): Promise<ContainerSummary[]>;
  /** `undefined` when there is none. */
  inspectContainer(idOrName: string, options?: CallOptions): Promise<ContainerState | undefined>;
  /** See `exec`. */
  exec(container: string, command: readonly string[], options?: CallOptions): Promise<ExecStream>;
  /** False when there is none. Throws `CONFLICT` when it runs, unless forced, and when its removal is under way. */
  removeContainer(idOrName: string, options?: RemoveContainerOptions): Promise<boolean>;
  /** See `loadImages`. `loaded` holds names and, for untagged images, ids. */
  loadImages(
    archive: AsyncIterable<Uint8Array>,
    options?: LoadImagesOptions,
  ): Promise<{ loaded: string[] }>;
  /** See `hijack`. */
  hijack(path: string, options: HijackOptions): Promise<Duplex>;
  /** The newest API version that the daemon speaks, whether or not this client does; any earlier answer tells. */
  newestApiVersion(options?: CallOptions): Promise<string>;
  /** A connection for HTTP/2 with prior knowledge, which daemons take from API 1.53 on; see `dial`. */
  dial(options?: CallOptions): Promise<Duplex>;
  /** Closes idle connections, as `await using` does; streams of `hijack`, `dial` and `exec` stay open. */
  close(): void;
}

/** Which daemon is meant, and how to speak to it. */
export interface ConnectEngineOptions {
  /** Name of a docker context, default the one that docker would take; only without an address. */
  readonly context?: string | undefined;
  /** Where docker's settings are looked up, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Speak this version without asking, as `DOCKER_API_VERSION` has docker do; default: negotiated. */
  readonly apiVersion?: string | undefined;
  /** Each one's default is in `DEFAULT_LIMITS`. */
  readonly limits?: Partial<EngineLimits> | undefined;
}

const anAddress = either(
  acceptedBy('an address', (value) => typeof value === 'string'),
  object(
    'what parseEngineAddress or resolveEngineEndpoint gave',
    { kind: choice('unix', 'tcp'), path: text, host: text, port: number, tls: record },
    ['kind'],
  ),
);

const connectChecks: Checks<ConnectEngineOptions> = {
  context: text,
  env: mapOf(text),
  apiVersion: text,
  limits: object('an object of milliseconds', {
    connectTimeoutMs: number,
    answerTimeoutMs: number,
    stallTimeoutMs: number,
    unpackTimeoutMs: number,
  } satisfies Checks<EngineLimits>),
};

/** Shorter than a daemon takes to come back with another store. */
const infoLifetimeMs = 10_000;

/**
 * A client of the daemon at an address (`unix://`, `tcp://`), default the one that docker would talk to;
 * nothing is sent before the first call. Throws as `resolveEngineEndpoint` does.
 */
export function connectEngine(
  address?: string | EngineEndpoint,
  options: ConnectEngineOptions = {},
): Engine {
  if (address !== undefined) checkArgument('connectEngine', 'address', address, anAddress);
  checkOptions('connectEngine', options, connectChecks);
  const { context, env = process.env, apiVersion, limits } = options;
  const endpoint =
    typeof address === 'object' ? address : resolveEngineEndpoint({ address, context, env });
  const http = createEngineHttp(endpoint, { ...DEFAULT_LIMITS, ...limits });
  const connection = createConnection(http, apiVersion);
  const operation = 'asking the Docker daemon about itself';
  let asked: { readonly info: Promise<EngineInfo>; readonly atMs: number } | undefined;
  const ask = async () => parseInfo(jsonOf(await connection.askAtOnce('/info', operation, {})));
  return {
    endpoint,
    ping: (options = {}) => connection.ping(options),
    async info({ signal } = {}) {
      if (!asked || performance.now() - asked.atMs >= infoLifetimeMs) {
        const info = ask();
        const question = { info, atMs: performance.now() };
        asked = question;
        info.catch(() => {
          if (asked === question) asked = undefined;
        });
      }
      return abortable(asked.info, operation, signal);
    },
    inspectImage: (idOrReference, options = {}) => inspectImage(connection, idOrReference, options),
    resolveImage: (reference, options = {}) => resolveImage(connection, reference, options),
    listImages: (options = {}) => listImages(connection, options),
    isInRegistry: (reference, options = {}) => isInRegistry(connection, reference, options),
    pushImage: (reference, options = {}) => pushImage(connection, reference, options),
    tagImage: (idOrReference, reference, options = {}) =>
      tagImage(connection, idOrReference, reference, options),
    removeImage: (idOrReference, options = {}) => removeImage(connection, idOrReference, options),
    listContainers: (options = {}) => listContainers(connection, options),
    inspectContainer: (idOrName, options = {}) => inspectContainer(connection, idOrName, options),
    exec: (container, command, options = {}) => exec(connection, container, command, options),
    removeContainer: (idOrName, options = {}) => removeContainer(connection, idOrName, options),
    loadImages: (archive, options) => loadImages(connection, archive, options),
    hijack: (path, options) => hijack(http, path, options),
    newestApiVersion: (options = {}) => connection.newestVersion(options),
    dial: (options = {}) => http.dial(options),
    close: () => http.close(),
    [Symbol.asyncDispose]: async () => http.close(),
  };
}
