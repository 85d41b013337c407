import { normalizePlatform, type Platform } from '../oci/platform.js';
import { WireObject } from './answers/wire-object.js';

/**
 * How the daemon stores images: `classic` (graph drivers; an image's id is its config digest) or
 * `containerd` (snapshotters; the id is the digest of its manifest or index).
 */
export type ImageStoreKind = 'classic' | 'containerd';

/** What a daemon is: its version, its platform, and how it stores images. */
export interface EngineInfo {
  readonly store: ImageStoreKind;
  /** The daemon's own id, stable over restarts. */
  readonly id: string;
  readonly serverVersion: string;
  /** What the daemon runs without emulation. */
  readonly platform: Platform;
  /** Such as `overlay2` (classic) or `overlayfs` (containerd). */
  readonly driver: string;
  /** Where it keeps its data, as a path of its own machine. */
  readonly dataRoot?: string | undefined;
  /** Where it runs, as that machine names itself. */
  readonly machine: EngineMachine;
}

/** The machine that a daemon runs on. */
export interface EngineMachine {
  readonly name: string;
  readonly kernelVersion: string;
  readonly memoryBytes: number;
}

/** Reads the answer of `/info`. */
export function parseInfo(answer: unknown): EngineInfo {
  const info = new WireObject(answer, "the Docker daemon's answer to /info");
  return {
    store: isContainerdStore(info.list('DriverStatus')) ? 'containerd' : 'classic',
    id: info.optionalText('ID') ?? '',
    serverVersion: info.text('ServerVersion'),
    platform: normalizePlatform({
      os: info.text('OSType'),
      architecture: info.text('Architecture'),
    }),
    driver: info.text('Driver'),
    dataRoot: info.optionalText('DockerRootDir'),
    machine: {
      name: info.optionalText('Name') ?? '',
      kernelVersion: info.optionalText('KernelVersion') ?? '',
      memoryBytes: info.optionalNumber('MemTotal') ?? 0,
    },
  };
}

/** No field names the store; the row `driver-type` of its driver's status is there with containerd only. */
function isContainerdStore(driverStatus: readonly unknown[]): boolean {
  return driverStatus.some(
    (row) =>
      Array.isArray(row) && row[0] === 'driver-type' && row[1] === 'io.containerd.snapshotter.v1',
  );
}
