import type { SessionStore } from '../../buildkit/session/content-store.js';
import { exportStore } from '../../buildkit/session/export-store.js';
import { lazyFileSend } from '../../buildkit/session/lazy-services.js';
import type { Exporter } from '../../buildkit/solve.js';
import type { CallContext } from '../../call-context.js';
import type { SpoolStore } from '../../content/spool-store.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { addServices, type SolveServices } from '../solve/solve-options.js';

/** Which of an image's blobs are to be sent. */
export interface WantedBlobs {
  /** Default none but those that come in an archive. */
  readonly wants?: (descriptor: Descriptor) => boolean;
  /** Of all of them together, default a trifle. */
  readonly sizeBytes?: number | undefined;
  /** Whether an archive was asked for, default false: then no notice tells of it. */
  readonly isArchiveWanted?: boolean | undefined;
}

/** Takes the image that a builder sends within a solve. */
export interface ReceivedImage {
  /** The solve's services with those that take the image. */
  readonly services: SolveServices;
  /** What the builder has sent so far; `undefined` when it sent nothing. Dispose of it. */
  startedStore(): Promise<SpoolStore | undefined>;
  /** Like `startedStore`, but empty when nothing came. */
  open(): Promise<SpoolStore>;
}

/**
 * Lets a builder send its image blob by blob, those that are wanted; or all of it in one archive, as
 * a BuildKit before 0.11 does, which a notice tells.
 *
 * Nothing is made or loaded before the builder begins.
 */
export function receiveImage(
  builder: string,
  { wants: wanted = () => false, sizeBytes = 0, isArchiveWanted = false }: WantedBlobs,
  services: SolveServices,
  { onProgress, env = process.env }: CallContext,
): ReceivedImage {
  let opening: Promise<SpoolStore> | undefined;
  const open = (expectedBytes: number | undefined) => {
    opening ??= openSpool(expectedBytes, env);
    return opening;
  };
  const store: SessionStore = {
    sink: { push: async (...blob) => (await open(sizeBytes)).push(...blob) },
    wanted,
  };
  const archive = lazyFileSend(async () => {
    if (!isArchiveWanted) onProgress?.({ type: 'notice', message: oldBuilderNotice(builder) });
    const { archiveTarget } = await import('./oci-archive-target.js');
    // Nobody knows how large that is.
    return archiveTarget(await open(undefined));
  });
  return {
    services: addServices(services, {
      attachables: [archive],
      stores: new Map([[exportStore, store]]),
    }),
    startedStore: async () => opening,
    open: () => open(0),
  };
}

function oldBuilderNotice(builder: string): string {
  return `builder ${builder} is older than BuildKit 0.11, which lets nobody read single layers; it sends the whole image instead`;
}

/** What makes a builder send; `tar=false` is unknown to those before 0.11, which send an archive. */
export function sendingExporter(attrs: Exporter['attrs']): Exporter {
  return { type: 'oci', attrs: { ...attrs, tar: 'false' } };
}

async function openSpool(
  sizeBytes: number | undefined,
  env: NodeJS.ProcessEnv,
): Promise<SpoolStore> {
  const { createSpoolStore } = await import('../../content/spool-store.js');
  const { spoolPlace } = await import('./spool-place.js');
  return createSpoolStore({ parentDirectory: await spoolPlace(sizeBytes, env) });
}
