import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fakeDaemon, testStore } from '../builds/builds.testing.js';
import { openBuilds } from '../builds/golden-builds.js';
import type { GoldenStore } from '../store/golden-store.js';
import { serveWebhooks } from './serve-webhooks.js';
import type { WebhookConfig } from './webhook-config.js';
import type { WebhookAnswer, WebhookOptions } from './webhook-handler.js';

export const secret = 'a-secret-of-two-dozen-bytes';
export const project = 'app';

export async function secretFile(text = `${secret}\n`): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'warmdock-secret-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'secret');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** A server whose builds do not begin while the test runs, unless it says otherwise. */
export async function startWebhooks(
  hook: Omit<WebhookConfig, 'secret'>,
  options: Partial<WebhookOptions> & { store?: GoldenStore; debounceMs?: number } = {},
) {
  const { debounceMs = 600_000, store = await testStore(), ...rest } = options;
  const { launch: daemon } = fakeDaemon();
  const projects = { [project]: { script: { shell: 'true' }, daemon } };
  const builds = await openBuilds({ store, projects, debounceMs });
  const answers: WebhookAnswer[] = [];
  const hooks = { [project]: { ...hook, secret: { file: await secretFile() } } as WebhookConfig };
  const listen = { port: 0 };
  const onAnswer = (answer: WebhookAnswer) => void answers.push(answer);
  const server = await serveWebhooks({ builds, hooks, listen, ...rest }, { onAnswer });
  const close = async () => {
    await server[Symbol.asyncDispose]();
    await builds.close();
  };
  onTestFinished(close);
  const post = (body: string, headers: Record<string, string>, path = `/hooks/${project}`) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const asked = async () => (await builds.status(project)).pending?.count ?? 0;
  return { store, builds, url: server.url, post, asked, answers, close };
}

export function signatureOf(text: string, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;
}
