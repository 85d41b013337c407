import { z } from 'zod';
import { parsePayload } from './payload.js';
import type { Delivery, HookRequest, Provider } from './provider.js';
import { constantTimeEqual, headerOf } from './signature.js';

const push = z.object({ ref: z.string(), after: z.string() });

const mergeRequest = z.object({
  object_attributes: z.object({
    iid: z.int(),
    action: z.string().nullish(),
    target_branch: z.string(),
  }),
});

/** GitLab sends the secret itself, as `X-Gitlab-Token`; `Idempotency-Key` names the delivery since 17.4. */
export const gitlab: Provider = {
  name: 'gitlab',
  claims: (headers) => headers['x-gitlab-token'] !== undefined,
  authenticates: ({ headers }, secret) =>
    constantTimeEqual(headerOf(headers['x-gitlab-token']), secret),
  read(request, branch) {
    switch (headerOf(request.headers['x-gitlab-event'])) {
      case 'Push Hook':
        return readPush(request, branch);
      case 'Merge Request Hook':
        return readMergeRequest(request, branch);
      default:
        return { kind: 'ignored', reason: 'neither a push nor a merge request' };
    }
  },
};

function readPush(request: HookRequest, branch: string | undefined): Delivery {
  const payload = parsePayload(request.body, push);
  if (!payload) return { kind: 'malformed' };
  const isDeletion = /^0+$/.test(payload.after);
  if (payload.ref !== `refs/heads/${branch}` || isDeletion)
    return { kind: 'ignored', reason: `not a push to ${branch}` };
  return buildFor(request, `push to ${branch}`);
}

function readMergeRequest(request: HookRequest, branch: string | undefined): Delivery {
  const payload = parsePayload(request.body, mergeRequest);
  if (!payload) return { kind: 'malformed' };
  const { iid, action, target_branch: target } = payload.object_attributes;
  if (action !== 'merge' || target !== branch)
    return { kind: 'ignored', reason: `not a merge into ${branch}` };
  return buildFor(request, `merge of !${iid} into ${branch}`);
}

function buildFor({ headers, body }: HookRequest, reason: string): Delivery {
  const id = headerOf(headers['idempotency-key']) || undefined;
  return { kind: 'build', reason, id, vouched: body };
}
