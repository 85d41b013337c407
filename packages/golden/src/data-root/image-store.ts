import type { ImageStore } from './tree.js';
export async function imageStoreOf(_tree: string): Promise<ImageStore | undefined> {
  return 'classic';
}
