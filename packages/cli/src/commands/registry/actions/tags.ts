import { openRepository } from '@warmdock/core/registry';
import { type RegistryAction, registryOptions } from './command.js';

export const tags: RegistryAction = (line) => {
  const [name] = line.words('REPOSITORY');
  return async ({ env, signal, notify }) => {
    await using repository = await openRepository(name, registryOptions(line, notify), { env });
    const found: string[] = [];
    for await (const tag of repository.tags({ signal })) found.push(tag);
    const { registry, path } = repository;
    const json = { repository: `${registry}/${path}`, tags: found };
    return { json, text: found.map((tag) => `${tag}\n`).join('') };
  };
};
