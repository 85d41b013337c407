import { sendsAttributes } from '@warmdock/core/internal';
import { type Finding, ok } from './finding.js';

/** Whether the extended attributes of files are sent with contexts: most people have none. */
export async function checkAttributes(): Promise<Finding> {
  return attributesFinding(await sendsAttributes());
}

export function attributesFinding(areSent: boolean): Finding {
  const what = 'file capabilities (setcap) and other extended attributes of contexts';
  const text = areSent
    ? `${what} are sent, as @napi-rs/xattr is installed`
    : `${what} are left out; to send them, install @napi-rs/xattr beside @warmdock/cli`;
  return ok('attributes', text);
}
