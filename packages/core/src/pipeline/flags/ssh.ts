import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { unreadableFlag } from './key-values.js';

/** An ssh agent for steps that mount `type=ssh` with its id, and for git over ssh. */
export interface SshSource {
  /** `default` for mounts that name none. */
  readonly id: string;
  /** One agent's socket, or private keys without a passphrase; none: the agent at `SSH_AUTH_SOCK`. */
  readonly paths: readonly string[];
}

/** Reads `--ssh` as buildx does: `ID`, `ID=SOCKET`, `ID=KEY[,KEY...]`, no ID is `default`. Throws `INVALID_ARGUMENT`. */
export function parseSsh(spec: string): SshSource {
  checkArgument('parseSsh', 'spec', spec, text);
  const equals = spec.indexOf('=');
  if (equals < 0) return { id: spec || 'default', paths: [] };
  const paths = spec.slice(equals + 1).split(',');
  if (paths.length > 1 && paths.includes(''))
    throw unreadableFlag('--ssh', spec, 'a path is empty');
  return { id: spec.slice(0, equals) || 'default', paths: paths.filter((path) => path !== '') };
}
