import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isWarmdockError, WarmdockError } from '@warmdock/core';
import type { GoldenBuilds } from '../builds/golden-builds.js';
import { answerStatus } from './answer-status.js';
import { acceptOnce } from './deliveries.js';
import { generic } from './generic.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import type { Delivery, HookRequest, Provider } from './provider.js';
import { type Body, readBody } from './read-body.js';
import { readSecret } from './read-secret.js';
import { type Reply, refusal, sendReply } from './reply.js';
import { constantTimeEqual, headerOf } from './signature.js';
import type { WebhookConfig, WebhookSecret } from './webhook-config.js';

/** Which webhooks to take, for which builds. */
export interface WebhookOptions {
  readonly builds: GoldenBuilds;
  /** By project, each of which must be one of the builds'. */
  readonly hooks: Readonly<Record<string, WebhookConfig>>;
  /**
   * Serve `GET /status` and `GET /status/PROJECT` to all (`public`) or with this secret as bearer
   * token; default: to nobody.
   */
  readonly status?: 'public' | WebhookSecret | undefined;
  /** Largest body of a request; default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How long a request's body may take; default 10,000. */
  readonly readTimeoutMs?: number | undefined;
}

/** Where the webhooks' secrets are looked up, and whom answers are reported to. */
export interface WebhookContext {
  /** For secrets in variables; default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called for every answer, for a log; holds nothing of payloads or secrets. */
  readonly onAnswer?: ((answer: WebhookAnswer) => void) | undefined;
}

/** One answer to a request. */
export interface WebhookAnswer {
  /** The requested project, which need not exist for status 401. */
  readonly project: string | undefined;
  readonly status: number;
  /** Why the status is 500 or 503. */
  readonly cause?: unknown;
}

/** A request listener for `node:http`. */
export type WebhookHandler = (request: IncomingMessage, response: ServerResponse) => void;

interface KnownHook {
  readonly hook: WebhookConfig;
  readonly secret: Buffer;
}

const providers: readonly Provider[] = [github, gitlab, generic];
const projectPath = /^\/(hooks|status)\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/**
 * Takes webhooks at `POST /hooks/PROJECT` and triggers golden builds. Mount it before anything that
 * reads bodies. Reads all secrets at once; throws `INVALID_ARGUMENT` for bad ones.
 *
 * Answers 202 (build queued), 200 (`already`, `ignored`, `pong`), 400, 401, 404, 405, 408, 413, 415,
 * 503. An unknown project is answered like a wrong signature, so that nobody can find out which
 * projects there are.
 */
export function webhookHandler(
  options: WebhookOptions,
  { env = process.env, onAnswer = () => {} }: WebhookContext = {},
): WebhookHandler {
  const hooks = knownHooks(options, env);
  const { builds, status: statusFor } = options;
  const token =
    statusFor === undefined || statusFor === 'public'
      ? undefined
      : readSecret(statusFor, 'status', env);
  const limits = {
    maxBodyBytes: options.maxBodyBytes ?? 1024 * 1024,
    readTimeoutMs: options.readTimeoutMs ?? 10_000,
  };
  // Signatures for unknown projects are checked against this, which takes as long.
  const decoy = randomBytes(32);

  const answerHook = async (request: IncomingMessage, project: string): Promise<Reply> => {
    if (request.method !== 'POST') return notAllowed('POST');
    if (!isJson(request)) return refusal(415, 'content type must be application/json');
    const body = await readBody(request, limits);
    if (body.kind !== 'read') return refusalOf(body.kind);
    const known = hooks.get(project);
    const asked = { headers: request.headers, body: body.bytes, nowMs: Date.now() };
    const provider = authenticated(asked, known?.secret ?? decoy);
    if (!known || provider?.name !== known.hook.provider) return refusal(401, 'unauthorized');
    return answerDelivery(builds, project, provider.read(asked, known.hook.branch));
  };

  const answerStatusTo = async (request: IncomingMessage, project?: string): Promise<Reply> => {
    if (statusFor === undefined) return notFound();
    if (request.method !== 'GET') return notAllowed('GET');
    if (token && !constantTimeEqual(headerOf(request.headers.authorization), bearer(token)))
      return refusal(401, 'unauthorized', { 'www-authenticate': 'Bearer' });
    return (await answerStatus(builds, project)) ?? notFound();
  };

  const answer = (request: IncomingMessage, path: string): Promise<Reply> => {
    const [, kind, project] = projectPath.exec(path) ?? [];
    if (kind === 'hooks' && project !== undefined) return answerHook(request, project);
    if (kind === 'status' || path === '/status') return answerStatusTo(request, project);
    return Promise.resolve(notFound());
  };

  return (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    const project = projectPath.exec(path)?.[2];
    answer(request, path)
      .catch((cause: unknown) => ({ ...failureOf(cause), cause }))
      .then((reply) => {
        sendReply(request, response, reply);
        const cause = 'cause' in reply ? { cause: reply.cause } : {};
        onAnswer({ project, status: reply.status, ...cause });
      });
  };
}

/** The provider that the request claims to be of, when its signature is right. */
function authenticated(request: HookRequest, secret: Buffer): Provider | undefined {
  const provider = providers.find(({ claims }) => claims(request.headers));
  return provider?.authenticates(request, secret) ? provider : undefined;
}

async function answerDelivery(
  builds: GoldenBuilds,
  project: string,
  delivery: Delivery,
): Promise<Reply> {
  switch (delivery.kind) {
    case 'malformed':
      return refusal(400, 'payload is not what its headers announce');
    case 'ping':
      return { status: 200, body: { result: 'pong' } };
    case 'ignored':
      return { status: 200, body: { result: 'ignored', reason: delivery.reason } };
    case 'build': {
      const { reason } = delivery;
      const trigger = () => builds.trigger(project, { reason });
      const isNew = await acceptOnce(builds.store, project, delivery, trigger);
      return isNew
        ? { status: 202, body: { result: 'accepted' } }
        : { status: 200, body: { result: 'already' } };
    }
  }
}

function knownHooks(
  { builds, hooks }: WebhookOptions,
  env: NodeJS.ProcessEnv,
): Map<string, KnownHook> {
  const entries = Object.entries(hooks).map(([project, hook]): [string, KnownHook] => {
    if (!builds.projects.includes(project)) {
      throw new WarmdockError(
        'INVALID_ARGUMENT',
        `webhook of ${project}: no golden builds are set up for that project`,
      );
    }
    return [project, { hook, secret: readSecret(hook.secret, `webhook of ${project}`, env) }];
  });
  return new Map(entries);
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

function bearer(token: Buffer): Buffer {
  return Buffer.concat([Buffer.from('Bearer '), token]);
}

function notFound(): Reply {
  return refusal(404, 'not found');
}

function notAllowed(method: string): Reply {
  return refusal(405, 'method not allowed', { allow: method });
}

function refusalOf(kind: Exclude<Body['kind'], 'read'>): Reply {
  switch (kind) {
    case 'too large':
      return refusal(413, 'body too large');
    case 'too slow':
      return refusal(408, 'body too slow');
    case 'broken off':
      return refusal(400, 'body incomplete');
    case 'read by another':
      throw new WarmdockError('INTERNAL', 'webhook: its body was read before it came here', {
        hint: 'Mount the handler before anything that parses bodies.',
      });
  }
}

/** Senders try again after a 503. */
function failureOf(cause: unknown): Reply {
  const isPassing = isWarmdockError(cause) && cause.code !== 'INTERNAL';
  return isPassing ? refusal(503, 'try again later') : refusal(500, 'internal error');
}
