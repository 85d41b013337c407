import { connectEngine, type Progress, pushImage } from '@warmdock/core';
import { formatSize } from '@warmdock/core/internal';
import { type RegistryAction, registryOptions } from './command.js';

export const push: RegistryAction = (line) => {
  const [image, to, ...more] = line.positionals;
  if (image === undefined || more.length > 0)
    throw line.refusal('requires 1 or 2 arguments: IMAGE REFERENCE');
  return async ({ env, signal, notify, progress }) => {
    await using engine = connectEngine(undefined, { env });
    const moved = new Map<string, number>();
    const options = {
      to,
      registry: registryOptions(line, notify),
      onProgress: ({ blob, movedBytes }: { blob: { digest: string }; movedBytes: number }) => {
        moved.set(blob.digest, movedBytes);
        const sum = [...moved.values()].reduce((all, bytes) => all + bytes, 0);
        progress.step(`pushing ${image}: ${formatSize(sum)}`);
      },
    };
    const onProgress = (event: Progress) => {
      if (event.type === 'notice') notify(event.message);
    };
    const { reference, digest, by, copied } = await pushImage(image, engine, options, {
      env,
      signal,
      onProgress,
    });
    const what = copied
      ? `${copied.blobs.copied} copied, ${copied.blobs.mounted} mounted, ${copied.blobs.present} present, ${formatSize(copied.movedBytes)} moved`
      : 'pushed by the daemon';
    return {
      json: { reference, digest, by, ...copied?.blobs, movedBytes: copied?.movedBytes },
      text: `${reference}@${digest}: ${what}\n`,
    };
  };
};
