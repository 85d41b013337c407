/** What a proxy is told: ports of the loopback, and files as the proxy sees them. */
export interface ProxySetup {
  readonly port: number;
  /** Where HTTP/2 is spoken without TLS. */
  readonly backendPort: number;
  /** PEM of certificate and key; none for a proxy without TLS. */
  readonly tls: { readonly cert: string; readonly key: string; readonly both: string } | undefined;
  /** The only host, as `:authority` names it, whose requests are passed on. */
  readonly authority: string;
  /** Whether its limits stay as they come: those of nginx are too small for builds. */
  readonly asInstalled: boolean;
}

/** A kind of proxy: its program's arguments, and its file of settings. */
export interface ProxyKind {
  readonly settings?: (setup: ProxySetup) => string;
  readonly command: (setup: ProxySetup, settingsPath: string) => string[];
}
