import { connectEngine, type Progress, pullImage } from '@warmdock/core';
import { formatSize } from '@warmdock/core/internal';
import { formatLastLine } from '../../../report/last-line.js';
import { LayerProgress } from '../../../report/layer-progress.js';
import { type RegistryAction, registryOptions } from './command.js';

export const pull: RegistryAction = (line) => {
  const [reference] = line.words('REFERENCE');
  const [platform, tags] = [line.text('platform'), line.all('tag')];
  return async ({ env, signal, notify, progress }) => {
    const started = performance.now();
    const layers = new LayerProgress();
    const onProgress = (event: Progress) => {
      layers.update(event);
      if (event.type === 'notice') notify(event.message);
      if (event.type !== 'load') return;
      const { sentBytes, totalBytes } = event;
      const text = `pulling ${reference}: ${formatSize(sentBytes)} of ${formatSize(totalBytes)}`;
      progress.step(text, (columns) => layers.lines(columns));
    };
    await using engine = connectEngine(undefined, { env });
    const registry = registryOptions(line, notify);
    const options = { platform, registry, ...(tags.length > 0 && { tags }) };
    const result = await pullImage(reference, engine, options, { env, signal, onProgress });
    const text = `${formatLastLine(result, performance.now() - started)}\n`;
    return { json: { reference, ...result }, text };
  };
};
