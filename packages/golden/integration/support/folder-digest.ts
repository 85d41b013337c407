import { outputOf, runCommand } from '@warmdock/testkit';

/**
 * Digest of all that is in a folder: names, content, modes, owners, times in ns, links, devices and
 * extended attributes. Not where holes are: what is told of those changes when a file system writes.
 */
export async function folderDigest(folder: string): Promise<string> {
  const what = ['--sort=name', '--xattrs', '--xattrs-include=*'];
  const format = ['--format=posix', '--pax-option=delete=atime,delete=ctime'];
  const script = 'folder=$1; shift; set -o pipefail; tar "$@" -C "$folder" -c . | sha256sum';
  const argv = ['bash', '-c', script, 'bash', folder, ...what, ...format];
  return outputOf(runCommand(argv, { env: { PATH: process.env.PATH ?? '' } }));
}
