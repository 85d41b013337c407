/** The oldest Node that warmdock runs on. */
export const oldestNode = '20.19';

/** Whether warmdock runs on a Node of this version, such as `20.19.0` or `v22.1.0`. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}
