import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { imageStoreSuite } from '../../src/content/testing/image-store-suite.js';
import { openRepository } from '../../src/registry/open-repository.js';

imageStoreSuite('a repository of a real registry', async () => {
  const name = `${useTestbed().registry.address}/it-${randomUUID()}`;
  const repository = await openRepository(name, {}, { env: { HOME: '/nonexistent' } });
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
});
