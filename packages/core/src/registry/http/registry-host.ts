/** What a server may be asked for, in the words of containerd's `hosts.toml`. */
export type HostCapability = 'pull' | 'resolve' | 'push' | 'referrers';

/** How a server and this side prove who they are. */
export interface HostTls {
  /** Authorities besides those of the system, in PEM. */
  readonly ca: readonly string[];
  /** Client certificates with their keys, in PEM. */
  readonly client: readonly { readonly cert: string; readonly key: string }[];
  /** False where the user wants the server's certificate unchecked. */
  readonly verify: boolean;
}

/** One server that answers for a registry: the registry itself, or a mirror. */
export interface RegistryHost {
  /** Below which requests go, such as `https://registry.example:5000/v2/`. */
  readonly base: URL;
  readonly capabilities: ReadonlySet<HostCapability>;
  /** Sent with each request, besides the protocol's own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: HostTls;
  readonly connectTimeoutMs: number;
}
