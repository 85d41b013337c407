import type { CopySource, ImageStore } from '@warmdock/core/registry';
import {
  copy as copyImage,
  openDockerArchive,
  openLayout,
  openRepository,
} from '@warmdock/core/registry';
import { type RegistryAction, type RegistryContext, registryOptions } from './command.js';
import { formatCopied, reportCopy } from './copied.js';

const layoutScheme = 'oci-layout://';
const archiveScheme = 'docker-archive://';

export const copy: RegistryAction = (line) => {
  const [source, destination] = line.words('SOURCE', 'DESTINATION');
  const [from, to] = namesOf(source, destination);
  if (from === undefined || to === undefined)
    throw line.refusal('needs a name: one of SOURCE and DESTINATION has to be a reference');
  if (destination.startsWith(archiveScheme))
    throw line.refusal('cannot write archives: SOURCE alone may be one');
  const platforms = line.all('platform');
  return async ({ env, signal, notify, progress }) => {
    const open = (place: string) => openPlace(place, { env, notify }, line);
    await using here = await openSource(source, open);
    await using there = await open(destination);
    const result = await copyImage(here.store, from, there.store, to, {
      signal,
      ...(platforms.length > 0 && { platforms }),
      referrers: line.isOn('referrers'),
      onProgress: reportCopy(`copying ${from}`, { progress }),
    });
    const { image } = result;
    const text = `${to}@${image.digest}: ${formatCopied(result)}\n`;
    return {
      json: {
        destination: to,
        digest: image.digest,
        ...result.blobs,
        movedBytes: result.movedBytes,
      },
      text,
    };
  };
};

/** A layout or an archive takes the name of the other side. */
function namesOf(source: string, destination: string) {
  const isLocal = (place: string) =>
    place.startsWith(layoutScheme) || place.startsWith(archiveScheme);
  const name = (place: string, other: string) =>
    isLocal(place) ? (isLocal(other) ? undefined : other) : place;
  return [name(source, destination), name(destination, source)];
}

async function openSource(
  place: string,
  open: (place: string) => Promise<{ store: CopySource } & AsyncDisposable>,
): Promise<{ store: CopySource } & AsyncDisposable> {
  if (!place.startsWith(archiveScheme)) return open(place);
  const store = await openDockerArchive(place.slice(archiveScheme.length));
  return { store, [Symbol.asyncDispose]: async () => {} };
}

async function openPlace(
  place: string,
  { env, notify }: Pick<RegistryContext, 'env' | 'notify'>,
  line: Parameters<RegistryAction>[0],
): Promise<{ store: ImageStore } & AsyncDisposable> {
  if (place.startsWith(layoutScheme)) {
    const store = openLayout(place.slice(layoutScheme.length));
    return { store, [Symbol.asyncDispose]: async () => {} };
  }
  const store = await openRepository(place, registryOptions(line, notify), { env });
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
