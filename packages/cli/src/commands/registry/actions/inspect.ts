import { connectEngine, inspectRegistryImage, type RegistryImage } from '@warmdock/core';
import { formatSize } from '@warmdock/core/internal';
import { formatTable, formatTableOf } from '../../../report/table.js';
import { type RegistryAction, registryOptions } from './command.js';

export const inspect: RegistryAction = (line) => {
  const [reference] = line.words('REFERENCE');
  const [platform, compares] = [line.text('platform'), line.isOn('missing')];
  return async ({ env, signal, notify }) => {
    const registry = registryOptions(line, notify);
    await using engine = compares ? connectEngine(undefined, { env }) : undefined;
    const options = { platform, registry, ...(engine && { engine }) };
    const image = await inspectRegistryImage(reference, options, { env, signal });
    return { json: image, text: formatImage(image) };
  };
};

export function formatImage(image: RegistryImage): string {
  const missing = new Set(image.missing?.map(({ digest }) => digest));
  const rows = image.layers.map(({ digest, size }) => [
    digest,
    formatSize(size),
    ...(image.missing ? [missing.has(digest) ? 'missing' : 'present'] : []),
  ]);
  const total = image.layers.reduce((sum, { size }) => sum + size, 0);
  const lacked = image.missing?.reduce((sum, { size }) => sum + size, 0);
  return [
    formatTable([
      ['reference', image.reference],
      ['digest', image.digest],
      ['type', image.mediaType],
      ['platforms', image.platforms.join(', ') || 'not told'],
      ['shown', image.platform],
      ['size', formatSize(total)],
      ...(lacked === undefined ? [] : [['the daemon lacks', formatSize(lacked)]]),
    ]),
    formatTableOf(['LAYER', 'SIZE', ...(image.missing ? ['HERE'] : [])], rows),
  ]
    .filter(Boolean)
    .join('\n');
}
