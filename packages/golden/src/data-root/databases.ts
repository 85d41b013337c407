import { containerdRoots } from './tree.js';
import { treeNames } from './tree-files.js';

/** bbolt databases of dockerd, BuildKit and containerd. Each is locked while it is open. */
export function databasesOf(tree: string): string[] {
  const folders = [
    'docker/volumes',
    'docker/network/files',
    'docker/builder',
    'docker/swarm/worker',
    'docker/buildkit',
    ...foldersIn(tree, 'docker/buildkit', 'containerd-'),
    ...containerdRoots.flatMap((root) => foldersIn(tree, root, 'io.containerd.')),
  ];
  return folders.flatMap((folder) =>
    treeNames(tree, folder).flatMap((name) => (name.endsWith('.db') ? [`${folder}/${name}`] : [])),
  );
}

function foldersIn(tree: string, folder: string, prefix: string): string[] {
  const names = treeNames(tree, folder).filter((name) => name.startsWith(prefix));
  return names.map((name) => `${folder}/${name}`);
}
