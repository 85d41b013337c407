import type { CallOptions } from '@warmdock/core';
export async function assertQuiet(_tree: string, _op: string, _o?: CallOptions): Promise<void> {}
