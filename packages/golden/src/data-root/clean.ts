import type { CallOptions } from '@warmdock/core';
export async function cleanTree(_tree: string, _o?: CallOptions): Promise<void> {}
