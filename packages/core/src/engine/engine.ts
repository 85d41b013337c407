import type { Duplex } from 'node:stream';
import type { CallOptions } from '../content/content.js';
import { orCancelled } from '../content/or-cancelled.js';
import type { Digest } from '../oci/digest.js';
import type { Reference } from '../oci/reference.js';
import { checkOptions } from '../options/check-options.js';
import { type Checks, choice, number, object, record, text } from '../options/checks.js';
import { jsonOf } from './call.js';
import { createConnection } from './connection.js';
import {
  type ContainerState,
  type ContainerSummary,
  inspectContainer,
  listContainers,
  type RemoveContainerOptions,
  removeContainer,
} from './containers.js';
import type { EngineEndpoint } from './endpoint.js';
import { exec } from './exec.js';
import type { ExecStream } from './exec-stream.js';
import { type HijackOptions, hijack } from './hijack.js';
import { createEngineHttp } from './http.js';
import type { ImageInspect, ImageSummary } from './image-answers.js';
import {
  inspectImage,
  listImages,
  type RemoveImageOptions,
  removeImage,
  resolveImage,
  tagImage,
} from './images.js';
import { type EngineInfo, parseInfo } from './info.js';
import { DEFAULT_LIMITS, type EngineLimits } from './limits.js';
import { type LoadImagesOptions, loadImages } from './load-images.js';
import type { EnginePing } from './ping.js';
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
export interface Engine {
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
  /** Closes idle connections; streams of `hijack`, `dial` and `exec` stay open. */
  close(): void;
}

export interface ConnectEngineOptions {
  /** Of `resolveEngineEndpoint`. */
  readonly endpoint: EngineEndpoint;
  /** Speak this version without asking, as `DOCKER_API_VERSION` has docker do; default: negotiated. */
  readonly apiVersion?: string | undefined;
  /** Each one's default is in `DEFAULT_LIMITS`. */
  readonly limits?: Partial<EngineLimits> | undefined;
}

const connectChecks: Checks<ConnectEngineOptions> = {
  endpoint: object(
    'what parseEngineAddress or resolveEngineEndpoint gave',
    { kind: choice('unix', 'tcp'), path: text, host: text, port: number, tls: record },
    ['kind'],
  ),
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

/** A client of the daemon; nothing is read or sent before the first call. */
export function connectEngine(options: ConnectEngineOptions): Engine {
  checkOptions('connectEngine', options, connectChecks, ['endpoint']);
  const { endpoint, apiVersion, limits } = options;
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
      return orCancelled(asked.info, operation, signal);
    },
    inspectImage: (idOrReference, options = {}) => inspectImage(connection, idOrReference, options),
    resolveImage: (reference, options = {}) => resolveImage(connection, reference, options),
    listImages: (options = {}) => listImages(connection, options),
    isInRegistry: (reference, options = {}) => isInRegistry(connection, reference, options),
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
  };
}
