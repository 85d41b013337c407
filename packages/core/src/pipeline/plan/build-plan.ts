import type { SecretSource } from '../../buildkit/session/secrets.js';
import type { HostAddresses } from '../flags/add-host.js';
import type { Annotation } from '../flags/annotation.js';
import type { Attestation } from '../flags/attestation.js';
import type { BuildContext } from '../flags/build-context.js';
import type { CacheOption } from '../flags/cache.js';
import type { OciLayoutReference } from '../flags/oci-layout-reference.js';
import type { Output } from '../flags/output.js';
import type { SshSource } from '../flags/ssh.js';
import type { Ulimit } from '../flags/ulimit.js';

/**
 * What the caller wants built; relative paths are resolved against `cwd`. A text in a list of objects is
 * what buildx's flag takes, such as `cacheFrom: ['type=gha']`.
 */
export interface BuildOptions {
  /**
   * A directory, a git or http(s) URL that the builder fetches itself, or `-` for standard input: a
   * tar archive of the context, plain or compressed, or else a Dockerfile that needs no context.
   */
  readonly context: string;
  /**
   * Path of the Dockerfile, default `Dockerfile` in the context; its http(s) URL, which the builder
   * fetches; or `-` for standard input. For a URL context a relative path is one in there.
   */
  readonly dockerfile?: string | undefined;
  /** Names for the image in the local daemon, such as `app:latest`. */
  readonly tags?: readonly string[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Stage to build, default the last one. */
  readonly target?: string | undefined;
  /** Such as `linux/amd64`; default the builder's own. */
  readonly platforms?: readonly string[] | undefined;
  readonly secrets?: readonly (SecretSource | string)[] | undefined;
  /** Rebuild everything, or only the named stages; default neither. */
  readonly noCache?: boolean | readonly string[] | undefined;
  /** Ask registries for newer base images, default false. */
  readonly pull?: boolean | undefined;
  /** Further sources that the Dockerfile finds by name, in `FROM` and `COPY --from`. */
  readonly buildContexts?: readonly (BuildContext | string)[] | undefined;
  /**
   * Agents for steps that mount `type=ssh`. Default none, or the one at `SSH_AUTH_SOCK` for a context
   * in git over ssh.
   */
  readonly ssh?: readonly (SshSource | string)[] | undefined;
  /** Network of `RUN` steps, default `default`: as the builder sets it. `host` asks for the entitlement too. */
  readonly network?: NetworkMode | undefined;
  /** Names for the steps' `/etc/hosts`. */
  readonly addHosts?: readonly (HostAddresses | string)[] | undefined;
  /** Bytes of the steps' `/dev/shm`, default the builder's. */
  readonly shmSizeBytes?: number | undefined;
  /** Limits of the steps' processes, default the builder's; of several with one name the last counts. */
  readonly ulimits?: readonly (Ulimit | string)[] | undefined;
  /** Control group below which the steps run, default the builder's. */
  readonly cgroupParent?: string | undefined;
  /** What steps may do beyond the usual: `network.host`, `security.insecure`, `device[=NAME]`. */
  readonly allow?: readonly string[] | undefined;
  /** Words about the image in its manifest or index. */
  readonly annotations?: readonly (Annotation | string)[] | undefined;
  /** Provenance and software lists that go with the image, default none. */
  readonly attestations?: readonly (Attestation | string)[] | undefined;
  /** Caches to read, beside the builder's own. */
  readonly cacheFrom?: readonly (CacheOption | string)[] | undefined;
  /** Caches to write when the build has succeeded. */
  readonly cacheTo?: readonly (CacheOption | string)[] | undefined;
  /** What becomes of the result, default loading alone; several need BuildKit 0.13. */
  readonly outputs?: readonly (Output | string)[] | undefined;
  /** Push the image to the registries of its tags, default false. */
  readonly push?: boolean | undefined;
  /** Load the image into the daemon, default true unless there are `outputs` or `push`. */
  readonly load?: boolean | undefined;
  /**
   * How the builder compresses the layers that it makes, default `gzip`; base layers stay as they came.
   *
   * It is part of the image's identity in a containerd store and in registries. `zstd` is quicker on
   * both sides and needs Docker 23; `uncompressed` is quickest where builder and daemon are close, and
   * costs space and pushes.
   */
  readonly compression?: LayerCompression | undefined;
  /**
   * Names this context to the builder, so that the next build of it sends only changed files.
   *
   * Default: derived from the directory and a secret of this machine. Set it to carry the builder's
   * copy over to other machines; it must be unguessable for those who share the builder.
   */
  readonly contextKey?: string | undefined;
  /** Default the process's working directory. */
  readonly cwd?: string | undefined;
}

/** As BuildKit's exporters name them. */
export type LayerCompression = 'gzip' | 'zstd' | 'uncompressed';

/** Of the build's steps, as buildx names them. */
export type NetworkMode = 'default' | 'none' | 'host';

/** A directory that the builder may read in this build. */
export interface LocalDirectory {
  /** `context`, `dockerfile`, or that of a named context. */
  readonly name: string;
  readonly directory: string;
}

/** A named context in a directory of OCI's image layout. */
export interface OciLayoutContext extends OciLayoutReference {
  readonly name: string;
}

/**
 * All that a build does, as plain JSON: printable, comparable, holds where secrets and credentials
 * are, never their values. What a build does not use is absent.
 */
export interface BuildPlan {
  readonly frontend: 'dockerfile.v0';
  readonly frontendAttrs: Readonly<Record<string, string>>;
  readonly locals: readonly LocalDirectory[];
  readonly secrets: readonly SecretSource[];
  /** Normalised references, `docker.io/library/app:latest`. */
  readonly tags: readonly string[];
  readonly compression: LayerCompression;
  readonly contextKey?: string;
  /** What standard input is read for. */
  readonly stdin?: 'context' | 'dockerfile';
  /** From where the builder fetches the Dockerfile. */
  readonly dockerfileUrl?: string;
  readonly ociLayouts?: readonly OciLayoutContext[];
  readonly ssh?: readonly SshSource[];
  /** As BuildKit calls them. */
  readonly entitlements?: readonly string[];
  /** Attributes of every exporter that makes an image: its annotations. */
  readonly imageAttrs?: Readonly<Record<string, string>>;
  readonly cacheFrom?: readonly CacheOption[];
  readonly cacheTo?: readonly CacheOption[];
  /** At most one is `load`, none `cacheonly`; absent: the image is loaded and nothing else. */
  readonly outputs?: readonly Exclude<Output, { type: 'cacheonly' }>[];
}
