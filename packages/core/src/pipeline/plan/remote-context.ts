import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Whether a context is at an http(s) address. */
export function isHttpUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** Whether the builder fetches a context itself: at an http(s) address, or in git. */
export function isRemote(source: string): boolean {
  return isHttpUrl(source) || /^(git|ssh):\/\/|^github\.com\//.test(source) || isScpStyle(source);
}

/** The same of a main context: a directory of that name in `cwd` counts first, as with buildx. */
export function isRemoteContext(context: string, cwd: string): boolean {
  return isRemote(context) && !isDirectory(resolve(cwd, context));
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Whether git reaches a context by ssh. */
export function isGitOverSsh(source: string): boolean {
  return source.startsWith('ssh://') || isScpStyle(source);
}

/** Whether a context in git is asked for by a query, which only some versions of the frontend read. */
export function hasGitQuery(source: string): boolean {
  const [address = ''] = source.split('#', 1);
  const isGit = !isHttpUrl(address) || /\.git\?/.test(address);
  return isGit && address.includes('?');
}

/** `user@host:path`. */
function isScpStyle(source: string): boolean {
  return /^[\w-]+@[a-zA-Z0-9.-]+:/.test(source);
}
