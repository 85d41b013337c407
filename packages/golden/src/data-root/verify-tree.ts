import type { CallOptions } from '@warmdock/core';
export async function verifyTree(
  _tree: string,
  _o?: CallOptions & { elsewhere?: ReadonlySet<string> },
): Promise<{ at: string; text: string }[]> {
  return [];
}
