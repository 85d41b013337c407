import { connectEngine, type Progress, pushImage } from '@warmdock/core';
import { type RegistryAction, registryOptions } from './command.js';
import { formatCopied, reportCopy } from './copied.js';

export const push: RegistryAction = (line) => {
  const [image, to, ...more] = line.positionals;
  if (image === undefined || more.length > 0)
    throw line.refusal('requires 1 or 2 arguments: IMAGE REFERENCE');
  return async ({ env, signal, notify, progress }) => {
    await using engine = connectEngine(undefined, { env });
    const options = {
      to,
      registry: registryOptions(line, notify),
      onProgress: reportCopy(`pushing ${image}`, { progress }),
    };
    const onProgress = (event: Progress) => {
      if (event.type === 'notice') notify(event.message);
    };
    const { reference, digest, by, copied } = await pushImage(image, engine, options, {
      env,
      signal,
      onProgress,
    });
    const what = copied ? formatCopied(copied) : 'pushed by the daemon';
    return {
      json: { reference, digest, by, ...copied?.blobs, movedBytes: copied?.movedBytes },
      text: `${reference}@${digest}: ${what}\n`,
    };
  };
};
