/** A login that is given instead of the one that docker has stored. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** How a registry is reached. */
export interface RepositoryOptions {
  /** Whether the registry is spoken to without TLS; default only where it is on this machine and has none. */
  readonly plainHttp?: boolean | undefined;
  /** Default the one that docker has stored; `null` for none. */
  readonly login?: RegistryLogin | null | undefined;
  /**
   * Folders with a folder for each registry, in which stand docker's certificates or containerd's
   * `hosts.toml`; default `~/.config/docker/certs.d`, `/etc/docker/certs.d`, `/etc/containerd/certs.d`.
   */
  readonly certsDirectories?: readonly string[] | undefined;
  /** Hears of mirrors that did not serve. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** How long the registry may be silent, default 60 s. */
  readonly stallMs?: number | undefined;
  /** Tries after the first one, for what may pass; default 5. */
  readonly retries?: number | undefined;
}
