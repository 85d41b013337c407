import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Duplex, pipeline, Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { BuildKit } from '../../buildkit/buildkit.js';
import { uploads, uploadUrl } from '../../buildkit/session/upload.js';
import type { CallContext } from '../../call-context.js';
import { abortable } from '../../content/abortable.js';
import { WarmdockError } from '../../errors.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { archiveKind, magicBytes } from './archive-type.js';
import { ReplayableStream } from './replayable-stream.js';
import type { SolveInput } from './solve-input.js';
import {
  makeTemporaryDirectory,
  removeTemporaryDirectory,
  serveDockerfile,
} from './temporary-directory.js';

/**
 * Takes the context or the Dockerfile from standard input, which is read once, whatever the builder asks.
 *
 * As in buildx a context that is no archive is a Dockerfile without a context. Throws
 * `INVALID_ARGUMENT` for an empty one and for two Dockerfiles, `UNAVAILABLE`, `CANCELLED`.
 */
export async function openStdin(
  plan: BuildPlan,
  _builder: BuildKit,
  { stdin = process.stdin, signal }: CallContext,
): Promise<SolveInput> {
  if (!plan.stdin) return {};
  const directory = await makeTemporaryDirectory();
  const stream = new ReplayableStream(stdin, 'standard input', join(directory, 'stdin'));
  const dispose = async () => {
    stream.close();
    await removeTemporaryDirectory(directory);
  };
  try {
    const opening = serve(plan, stream, directory);
    return { ...(await abortable(opening, 'reading of standard input', signal)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function serve(
  plan: BuildPlan,
  stream: ReplayableStream,
  directory: string,
): Promise<SolveInput> {
  const head = await stream.peek(magicBytes);
  if (head.length === 0) throw refused('it is empty', 'pipe a Dockerfile or an archive into it');
  if (plan.stdin === 'dockerfile') return serveDockerfile(directory, stream.read());
  const kind = archiveKind(head);
  if (kind) return upload(kind === 'zstd' ? decompressed(stream) : () => stream.read());
  if (plan.frontendAttrs.filename !== undefined || plan.dockerfileUrl !== undefined)
    throw refused('it is a Dockerfile, and -f names another one', 'leave out one of them');
  const empty = join(directory, 'context');
  await mkdir(empty);
  const { attrs, locals } = await serveDockerfile(directory, stream.read());
  return { attrs, locals: [...locals, { name: 'context', directory: empty }] };
}

function upload(read: () => AsyncIterable<Uint8Array>): SolveInput {
  const id = randomUUID().replaceAll('-', '');
  return { attrs: { context: uploadUrl(id) }, attachables: [uploads(new Map([[id, read]]))] };
}

/** BuildKit does not look for zstd in a context; Node knows it since 22.15. */
function decompressed(stream: ReplayableStream): () => AsyncIterable<Uint8Array> {
  const { createZstdDecompress } = zlib as typeof zlib & {
    createZstdDecompress?: () => Duplex;
  };
  if (!createZstdDecompress) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `cannot decompress a context in zstd: Node.js ${process.versions.node} does not know it`,
      { hint: 'decompress it first: zstd -dc context.tar.zst | ...' },
    );
  }
  // An error on the way is one of the last stream, whose reader sees it.
  return () => pipeline(Readable.from(stream.read()), createZstdDecompress(), () => {});
}

function refused(why: string, hint: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot build from standard input: ${why}`, {
    hint,
  });
}
