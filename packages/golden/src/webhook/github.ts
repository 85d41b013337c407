import { z } from 'zod';
import { parsePayload } from './payload.js';
import type { Delivery, HookRequest, Provider } from './provider.js';
import { headerOf, isSigned } from './signature.js';

const push = z.object({ ref: z.string(), deleted: z.boolean().nullish() });

const pullRequest = z.object({
  action: z.string(),
  number: z.int(),
  pull_request: z.object({
    merged: z.boolean().nullish(),
    base: z.object({ ref: z.string() }),
  }),
});

/** GitHub signs the body with `X-Hub-Signature-256`, and names event and delivery in further headers. */
export const github: Provider = {
  name: 'github',
  claims: (headers) => headers['x-hub-signature-256'] !== undefined,
  authenticates: ({ headers, body }, secret) =>
    isSigned(headerOf(headers['x-hub-signature-256']), secret, body),
  read(request, branch) {
    const event = headerOf(request.headers['x-github-event']);
    switch (event) {
      case 'ping':
        return { kind: 'ping' };
      case 'push':
        return readPush(request, branch);
      case 'pull_request':
        return readPullRequest(request, branch);
      default:
        return { kind: 'ignored', reason: 'neither a push nor a pull request' };
    }
  },
};

function readPush(request: HookRequest, branch: string | undefined): Delivery {
  const payload = parsePayload(request.body, push);
  if (!payload) return { kind: 'malformed' };
  if (payload.ref !== `refs/heads/${branch}` || payload.deleted)
    return { kind: 'ignored', reason: `not a push to ${branch}` };
  return buildFor(request, `push to ${branch}`);
}

function readPullRequest(request: HookRequest, branch: string | undefined): Delivery {
  const payload = parsePayload(request.body, pullRequest);
  if (!payload) return { kind: 'malformed' };
  const { action, number, pull_request: pull } = payload;
  if (action !== 'closed' || !pull.merged || pull.base.ref !== branch)
    return { kind: 'ignored', reason: `not a merge into ${branch}` };
  return buildFor(request, `merge of #${number} into ${branch}`);
}

function buildFor({ headers, body }: HookRequest, reason: string): Delivery {
  const id = headerOf(headers['x-github-delivery']) || undefined;
  return { kind: 'build', reason, id, vouched: body };
}
