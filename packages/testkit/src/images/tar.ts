import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

interface Named {
  /** Without a leading slash. */
  name: string;
}

export type TarFile =
  | (Named & { content: Uint8Array | string /** Default 0o644. */; mode?: number })
  | (Named & { /** Makes a symbolic link. */ linkTo: string });

/** A tar archive of these files, the same bytes whenever it is made. */
export function makeTar(files: readonly TarFile[]): Promise<Buffer> {
  const archive = pack();
  for (const file of files) {
    const common = { name: file.name, mtime: new Date(0) };
    if ('linkTo' in file) {
      archive.entry({ ...common, type: 'symlink', linkname: file.linkTo });
    } else {
      const { content, mode = 0o644 } = file;
      archive.entry(
        { ...common, mode },
        typeof content === 'string' ? content : Buffer.from(content),
      );
    }
  }
  archive.finalize();
  return buffer(archive);
}
