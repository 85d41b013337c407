import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';
import { isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { isFull, writeError } from '../../write-error.js';
import { type BytePath, toSystemPath, toText } from '../paths/byte-path.js';
import { insideRoot } from '../paths/inside-root.js';
import { toPosixPermissions } from '../wire/entry.js';
import type { ReceivedEntry } from './received-entries.js';

const writeTo = promisify(write);
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const sameDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A file whose content is on the way. */
export interface OpenFile {
  write(content: Uint8Array): Promise<void>;
  /** Puts the file in its place, with its permissions and time. */
  finish(): void;
  /** Leaves nothing of it. */
  discard(): void;
}

/**
 * Writes a tree into a directory, beside what is there; entries of the same path are replaced, except
 * that a directory gives way to nothing but a directory.
 *
 * Nothing outside of the directory is touched, whatever links are in it or get there. Owner is who
 * runs this. Throws `PERMISSION_DENIED`, `WriteError` for a full disk, and `CONFLICT` for a directory
 * that is in the way.
 */
export class TreeWriter {
  readonly #root: string;
  readonly #directories: ReceivedEntry[] = [];
  readonly #hardLinks: ReceivedEntry[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes what has no content; permissions of directories, and hard links, wait for the end. */
  add(entry: ReceivedEntry): void {
    if (entry.kind === 'directory') this.#addDirectory(entry);
    else if (entry.kind === 'symlink') this.#addSymlink(entry);
    else if (entry.kind === 'hard link') this.#hardLinks.push(entry);
  }

  openFile(entry: ReceivedEntry): OpenFile {
    const partial = besides(entry.path);
    const fd = this.#at(partial, (path) => openSync(path, newFile, 0o600));
    const discard = () => {
      closeSync(fd);
      this.#remove(partial);
    };
    return {
      discard,
      write: async (content) => {
        for (let at = 0; at < content.length; ) {
          const { bytesWritten } = await writeTo(fd, content, at).catch((error: unknown) => {
            throw writeError(this.#pathOf(entry.path), error);
          });
          at += bytesWritten;
        }
      },
      finish: () => {
        try {
          describe(fd, entry);
        } catch (error) {
          discard();
          throw error;
        }
        closeSync(fd);
        this.#replace(partial, entry.path);
      },
    };
  }

  /** To be called when all files are in their places. */
  finish(): void {
    for (const { path, linkname } of this.#hardLinks) {
      const partial = besides(path);
      this.#at(linkname, (target) => this.#at(partial, (link) => linkSync(target, link)));
      this.#replace(partial, path);
    }
    for (const entry of this.#directories.reverse()) {
      const fd = this.#at(entry.path, (path) => openSync(path, sameDirectory));
      try {
        describe(fd, entry);
      } finally {
        closeSync(fd);
      }
    }
  }

  #addDirectory(entry: ReceivedEntry): void {
    this.#at(entry.path, (path) => {
      const there = lstatSync(path, { throwIfNoEntry: false });
      if (there && !there.isDirectory()) unlinkSync(path);
      if (!there?.isDirectory()) mkdirSync(path, 0o700);
    });
    this.#directories.push(entry);
  }

  #addSymlink({ path, linkname, mtimeNs }: ReceivedEntry): void {
    const partial = besides(path);
    this.#at(partial, (place) => {
      symlinkSync(toSystemPath(linkname), place);
      lutimesSync(place, mtimeNs / 1e9, mtimeNs / 1e9);
    });
    this.#replace(partial, path);
  }

  #replace(partial: BytePath, path: BytePath): void {
    try {
      this.#at(partial, (from) => this.#at(path, (to) => renameSync(from, to)));
    } catch (error) {
      this.#remove(partial);
      throw error;
    }
  }

  #remove(path: BytePath): void {
    try {
      this.#at(path, (place) => unlinkSync(place));
    } catch {}
  }

  #at<T>(path: BytePath, action: (safePath: string | Buffer) => T): T {
    try {
      return insideRoot(this.#root, path, action);
    } catch (cause) {
      if (isWarmdockError(cause)) throw cause;
      if (isFull(cause as NodeJS.ErrnoException)) throw writeError(this.#pathOf(path), cause);
      const isInTheWay = (cause as NodeJS.ErrnoException).code === 'EISDIR';
      throw new WarmdockError(
        isInTheWay ? 'CONFLICT' : 'PERMISSION_DENIED',
        `cannot write ${this.#pathOf(path)}: ${isInTheWay ? 'a directory is in its place' : messageOf(cause)}`,
        { hint: 'write into an empty directory of your own', cause },
      );
    }
  }

  #pathOf(path: BytePath): string {
    return `${this.#root}/${toText(path)}`;
  }
}

/** Gives what is open its permissions and time. */
function describe(fd: number, { mode, mtimeNs }: ReceivedEntry): void {
  fchmodSync(fd, toPosixPermissions(mode));
  futimesSync(fd, mtimeNs / 1e9, mtimeNs / 1e9);
}

/** A name in the same directory that nothing has. */
function besides(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}.warmdock-${randomUUID()}`;
}
