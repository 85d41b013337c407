import type { Attachable } from './attachable.js';
import type { SessionStores } from './content-store.js';
import type { FileTarget } from './file-send.js';

/*
 * Services that most builders never call: their code is loaded when one does.
 */

const contentMethods = ['Write', 'Info', 'Read', 'Status', 'Abort'].map(
  (name) => `/containerd.services.content.v1.Content/${name}`,
);

/** As `contentStores`. */
export function lazyContentStores(stores: SessionStores): Attachable {
  return lazily(contentMethods, async () => {
    const { contentStores } = await import('./content-store.js');
    return contentStores(stores);
  });
}

/** As `fileSend` for the files of the only exporter, whose target is opened when they come. */
export function lazyFileSend(open: () => Promise<FileTarget>): Attachable {
  return lazily(['/moby.filesync.v1.FileSend/DiffCopy'], async () => {
    const [{ fileSend }, target] = await Promise.all([import('./file-send.js'), open()]);
    return fileSend(new Map([[0, target]]));
  });
}

function lazily(paths: readonly string[], load: () => Promise<Attachable>): Attachable {
  let loading: Promise<Attachable> | undefined;
  const methods = paths.map((path): [string, Attachable['methods'][string]] => [
    path,
    async (call) => {
      loading ??= load();
      await (await loading).methods[path]?.(call);
    },
  ]);
  return { methods: Object.fromEntries(methods) };
}
