import { execFileSync } from 'node:child_process';

/**
 * All that there is to know of the files below a folder, one line each: type, mode, owner, size, ns
 * time, device, link target, link count, extended attributes, content.
 */
export function listingOf(folder: string): string {
  const format = '%p %y %m %U %G %s %T@ %l %n\\n';
  const script = [
    `find . -printf '${format}' | sed -E 's/ (d .* )[0-9]+ ([0-9.]+ +)[0-9]+$/ \\1\\2/' | sort`,
    'find . -type f -print0 | sort -z | xargs -0 -r sha256sum',
    'find . -print0 | sort -z | xargs -0 -r getfattr --no-dereference --dump --match=- 2>/dev/null',
    "find . \\( -type c -o -type b \\) -exec stat -c '%n %t %T' {} + | sort",
  ].join('; ');
  return execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
}
