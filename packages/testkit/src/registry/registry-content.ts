import { createHash, randomUUID } from 'node:crypto';

/** What one repository holds. */
export interface RepositoryContent {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  readonly tags: Map<string, string>;
}

/** Everything that a registry keeps; uploads are lost when it starts anew. */
export class RegistryContent {
  readonly repositories = new Map<string, RepositoryContent>();
  readonly uploads = new Map<string, Buffer[]>();

  of(path: string): RepositoryContent {
    const found = this.repositories.get(path);
    if (found) return found;
    const made: RepositoryContent = { blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.repositories.set(path, made);
    return made;
  }

  openUpload(): string {
    const id = randomUUID();
    this.uploads.set(id, []);
    return id;
  }
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
