import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import {
  dockerdLauncher,
  type ProjectBuild,
  type ServeWebhooksOptions,
  type WebhookConfig,
  type WebhookSecret,
} from '@warmdock/golden';
import { z } from 'zod';
import { parseDuration } from '../../arguments/parse-duration.js';
import { secretValue } from './secret-value.js';

const DEFAULT_PORT = 9321;

const duration = z.string().transform((text, context) => {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  context.addIssue({ code: 'custom', message: 'not a duration like 90s, 30m, 1h30m' });
  return z.NEVER;
});

/** Never the value itself: a configuration gets copied. */
const secretSource = { secretFile: z.string().optional(), secretEnv: z.string().optional() };
const oneSource = 'either secretFile or secretEnv must be given';

interface Secret {
  readonly secretFile?: string | undefined;
  readonly secretEnv?: string | undefined;
}

const hasOneSource = ({ secretFile, secretEnv }: Secret) =>
  (secretFile === undefined) !== (secretEnv === undefined);

const secret = z.strictObject(secretSource).refine(hasOneSource, oneSource);

const webhook = z
  .strictObject({
    provider: z.enum(['github', 'gitlab', 'generic']),
    branch: z.string().optional(),
    ...secretSource,
  })
  .refine(hasOneSource, oneSource)
  .refine(
    ({ provider, branch }) => provider === 'generic' || branch !== undefined,
    'branch must be given',
  );

const project = z.strictObject({
  /** Program and arguments. */
  command: z.tuple([z.string()], z.string()),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.union([z.string(), secret])).optional(),
  timeout: duration.optional(),
  dockerd: z.array(z.string()).optional(),
  imageStore: z.enum(['classic', 'containerd']).optional(),
  containerd: z.enum(['dockerd', 'external']).optional(),
  webhook: webhook.optional(),
});

const schema = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().optional(),
      port: z.int().min(0).max(65_535).default(DEFAULT_PORT),
    })
    .prefault({}),
  debounce: duration.optional(),
  status: z.union([z.literal('public'), secret]).optional(),
  projects: z.record(z.string(), project),
});

type Project = z.infer<typeof project>;

/** What `warmdock golden serve` is to do. */
export interface ServeConfig extends Pick<ServeWebhooksOptions, 'listen' | 'hooks' | 'status'> {
  readonly projects: Readonly<Record<string, ProjectBuild>>;
  readonly debounceMs: number | undefined;
}

/**
 * Reads a configuration; paths in it are relative to its folder. Throws `INVALID_ARGUMENT` with the
 * place in it for what is wrong, and `NOT_FOUND`.
 */
export function readServeConfig(path: string, env: NodeJS.ProcessEnv): ServeConfig {
  const folder = dirname(resolve(path));
  const config = parseConfig(path, readText(path));
  const projects = Object.entries(config.projects);
  return {
    listen: config.listen,
    debounceMs: config.debounce,
    status: typeof config.status === 'object' ? hookSecret(config.status, folder) : config.status,
    projects: Object.fromEntries(
      projects.map(([name, each]) => [name, projectBuild(name, each, folder, env)]),
    ),
    hooks: Object.fromEntries(
      projects.flatMap(([name, { webhook: hook }]) => (hook ? [[name, hookOf(hook, folder)]] : [])),
    ),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WarmdockError('NOT_FOUND', `reading ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'Paths in a configuration are relative to its folder.',
    });
  }
}

function parseConfig(path: string, text: string): z.infer<typeof schema> {
  const hint = 'docs/guides/golden.md shows a configuration.';
  try {
    const { data, error } = schema.safeParse(JSON.parse(text));
    if (data) return data;
    const [issue] = error.issues;
    const place = issue?.path.length ? `${issue.path.join('.')}: ` : '';
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `configuration ${path}: ${place}${issue?.message}`,
      {
        hint,
      },
    );
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const text = `configuration ${path}: ${cause.message}`;
    throw new WarmdockError('INVALID_ARGUMENT', text, { cause, hint });
  }
}

function hookOf(
  { provider, branch = '', ...source }: z.infer<typeof webhook>,
  folder: string,
): WebhookConfig {
  const secret = hookSecret(source, folder);
  // An empty name would be that of no branch.
  if (provider === 'generic') return { provider, branch: branch || undefined, secret };
  return { provider, branch, secret };
}

function hookSecret({ secretFile, secretEnv = '' }: Secret, folder: string): WebhookSecret {
  return secretFile === undefined ? { env: secretEnv } : { file: resolve(folder, secretFile) };
}

function projectBuild(
  name: string,
  { command, cwd = '.', env: variables = {}, timeout, dockerd, ...daemon }: Project,
  folder: string,
  env: NodeJS.ProcessEnv,
): ProjectBuild {
  const [path, ...args] = command;
  const plain: Record<string, string> = {};
  const secretEnv: Record<string, string> = {};
  for (const [key, value] of Object.entries(variables)) {
    const place = `projects.${name}.env.${key}`;
    if (typeof value === 'string') plain[key] = value;
    else secretEnv[key] = secretValue(sourceOf(value), place, folder, env);
  }
  return {
    script: { path, args, cwd: resolve(folder, cwd), env: plain, secretEnv },
    daemon: dockerdLauncher({
      args: dockerd,
      imageStore: daemon.imageStore,
      containerd: daemon.containerd,
    }),
    timeoutMs: timeout,
  };
}

function sourceOf({ secretFile, secretEnv = '' }: Secret) {
  return secretFile === undefined ? { env: secretEnv } : { file: secretFile };
}
