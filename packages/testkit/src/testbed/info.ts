/** Which of dockerd's two image stores: graph drivers, or containerd's content and snapshots. */
export type ImageStore = 'classic' | 'containerd';

/** What a client needs for mutual TLS; `ca`, `cert` and `key` are paths of PEM files. */
export interface TlsClientInfo {
  address: string;
  ca: string;
  cert: string;
  key: string;
  /** The only name in the server's certificate. */
  serverName: string;
}

export interface EngineInfo {
  store: ImageStore;
  socket: string;
  /** For `DOCKER_HOST`: `unix://` and the socket. */
  host: string;
  pid: number;
  logPath: string;
}

/** One BuildKit that every BuildKit test runs against. */
export interface BuildkitInfo {
  /**
   * `embedded` in a dockerd behind the bridge, started from `WARMDOCK_TEST_BUILDKITD`, or found at
   * `WARMDOCK_TEST_BUILDKIT_ADDR`; `container` is one of these that is reached through a container.
   */
  name: 'embedded' | 'standalone' | 'external' | 'container';
  /** `tcp://host:port` for the first two. */
  address: string;
  /** `unix://path` of the same BuildKit, where it has one of its own. */
  unixAddress?: string;
  tls?: TlsClientInfo;
}

/** The programs of the rootfs that tests run against the engines. */
export interface ClientsInfo {
  /** To be put before the program; empty when the rootfs's programs run on this machine as they are. */
  prefix: string[];
  /** The same for programs that need the rootfs's libraries on every machine: podman and skopeo. */
  libraryPrefix: string[];
  docker: string;
  buildx: string;
  compose: string;
  /** That of Debian 13, 2.26: the same one where the engines are those of Debian 13. */
  oldCompose: string;
  /** Debian has it since forky. */
  crane?: string;
  /** As `crane`. */
  oras?: string;
  podman: string;
  skopeo: string;
  /** Folder in which a docker configuration finds `docker buildx` and `docker compose`. */
  pluginDir: string;
  /** Such a configuration, shared by all that name no other one. */
  configDir: string;
}

/** A running testbed as plain JSON. */
export interface TestbedInfo {
  dir: string;
  rootfs: string;
  supervisorPid: number;
  classic: EngineInfo;
  containerd: EngineInfo;
  /** The shared BuildKit: a third daemon, and the plain bridge to it. */
  builder: EngineInfo & { address: string };
  /** The same BuildKit behind mutual TLS. */
  builderTls: TlsClientInfo;
  /** Plain HTTP, `host:port` as it stands in references. */
  registry: { address: string };
  buildkits: BuildkitInfo[];
  clients: ClientsInfo;
}
