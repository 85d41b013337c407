import { setImmediate } from 'node:timers/promises';
import type { FilterOptions } from '../../fsutil/matching/filter.js';
import type { TransferTotals } from '../../fsutil/sending/send.js';
import type { ReadAttributes } from '../../fsutil/wire/extended-attributes.js';
import { decodedValues } from '../grpc/metadata.js';
import type { ServerCall } from '../grpc/server.js';
import { GrpcCode, GrpcStatusError } from '../grpc/status.js';
import type { Attachable } from './attachable.js';
import { packetStreamOf } from './packet-stream-of.js';

/** A directory under the name by which the build asks for it. */
export interface ServedDirectory {
  readonly name: string;
  readonly directory: string;
}

/**
 * Serves these directories to the builder, and no others.
 *
 * BuildKit calls `FileSync/DiffCopy` once for each directory that the frontend needs, with what to
 * leave out in the call's metadata; `onSent` hears of each write.
 */
export function fileSync(
  directories: readonly ServedDirectory[],
  onSent?: (name: string, totals: Readonly<TransferTotals>) => void,
): Attachable {
  // Loaded while the builder reads the solve: in time for its call, not before the solve is sent.
  const sending = setImmediate().then(loadSender);
  sending.catch(() => {}); // The builder's call reports it; without a call, nobody needs it.
  return {
    methods: {
      '/moby.filesync.v1.FileSync/DiffCopy': async (call) => {
        const served = requested(call, directories);
        const { sendTree, readAttributes } = await sending;
        await sendTree(packetStreamOf(call), served.directory, {
          ...filterOf(call),
          readAttributes,
          signal: call.signal,
          ...(onSent && { onProgress: (totals) => onSent(served.name, totals) }),
        });
      },
    },
  };
}

async function loadSender() {
  const [{ sendTree }, readAttributes] = await Promise.all([
    import('../../fsutil/sending/send.js'),
    attributesReader(),
  ]);
  return { sendTree, readAttributes };
}

async function attributesReader(): Promise<ReadAttributes | undefined> {
  const { findAttributesReader } = await import('../../fsutil/wire/extended-attributes.js');
  return findAttributesReader();
}

/** Whether extended attributes of files go to the builder: where `@napi-rs/xattr` is installed beside this package. */
export async function sendsAttributes(): Promise<boolean> {
  return (await attributesReader()) !== undefined;
}

function requested(call: ServerCall, directories: readonly ServedDirectory[]): ServedDirectory {
  const [name] = decodedValues(call.metadata, 'dir-name');
  const served = directories.find((directory) => directory.name === name);
  if (served) return served;
  throw new GrpcStatusError(
    GrpcCode.NOT_FOUND,
    `this build has no directory named ${name ?? '(none)'}`,
  );
}

function filterOf({ metadata }: ServerCall): FilterOptions {
  return {
    include: decodedValues(metadata, 'include-patterns'),
    exclude: decodedValues(metadata, 'exclude-patterns'),
    followPaths: decodedValues(metadata, 'followpaths'),
  };
}
