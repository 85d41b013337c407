/** The first two numbers of a version such as `28.5.2+dfsg1` or `v0.29.1`; `undefined` for what is none. */
export function parseVersion(text: string): readonly [major: number, minor: number] | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** Whether a version is known to be older than `major.minor`. */
export function isOlder(text: string, major: number, minor: number): boolean {
  const version = parseVersion(text);
  return version !== undefined && (version[0] - major || version[1] - minor) < 0;
}
