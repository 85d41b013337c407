import type { SecretSource } from '../buildkit/session/secrets.js';

/** What the caller wants built; relative paths are resolved against `cwd`. */
export interface BuildOptions {
  /** A directory, or a git or http(s) URL that the builder fetches itself. */
  readonly context: string;
  /** Path of the Dockerfile, default `Dockerfile` in the context. For a URL context: its path in there. */
  readonly dockerfile?: string | undefined;
  /** Names for the image in the local daemon, such as `app:latest`. */
  readonly tags?: readonly string[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Stage to build, default the last one. */
  readonly target?: string | undefined;
  /** Such as `linux/amd64`; default the builder's own. */
  readonly platforms?: readonly string[] | undefined;
  readonly secrets?: readonly SecretSource[] | undefined;
  /** Rebuild everything, or only the named stages; default neither. */
  readonly noCache?: boolean | readonly string[] | undefined;
  /** Ask registries for newer base images, default false. */
  readonly pull?: boolean | undefined;
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

/** A directory that the builder may read in this build. */
export interface LocalDirectory {
  readonly name: 'context' | 'dockerfile';
  readonly directory: string;
}

/** All that a build does, as plain JSON: printable, comparable, holds where secrets are, never their values. */
export interface BuildPlan {
  readonly frontend: 'dockerfile.v0';
  readonly frontendAttrs: Readonly<Record<string, string>>;
  readonly locals: readonly LocalDirectory[];
  readonly secrets: readonly SecretSource[];
  /** Normalised references, `docker.io/library/app:latest`. */
  readonly tags: readonly string[];
  readonly compression: LayerCompression;
  readonly contextKey?: string;
}
