/** What is wrong with the value of `WARMDOCK`, if anything. */
export function unknownSwitch({ WARMDOCK: value }: NodeJS.ProcessEnv): string | undefined {
  if (!value || ['off', 'explain', 'pull'].includes(value)) return undefined;
  return `WARMDOCK=${value} means nothing: it may be off, explain or pull`;
}
