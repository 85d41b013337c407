import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersOk, freePort } from './probes.js';
import { untilReady } from './ready.js';
import { startRootfsProcess } from './rootfs-process.js';

export interface Registry extends AsyncDisposable {
  /** `host:port`, the first part of a reference; plain HTTP. */
  readonly address: string;
  readonly logPath: string;
}

/** Starts an empty OCI registry; resolves when it answers. */
export async function startRegistry(rootfs: string, stateDir: string): Promise<Registry> {
  const port = await freePort();
  await mkdir(join(stateDir, 'data'), { recursive: true });
  await writeFile(join(stateDir, 'config.json'), JSON.stringify(configOf(port), null, 2));
  const registry = startRootfsProcess({
    rootfs,
    stateDir,
    command: ['docker-registry', 'serve', '/srv/config.json'],
    logPath: join(stateDir, 'registry.log'),
  });
  try {
    const ping = () => answersOk({ host: '127.0.0.1', port, path: '/v2/' });
    await untilReady('registry', registry, ping);
  } catch (error) {
    await registry.kill();
    throw error;
  }
  return {
    address: `127.0.0.1:${port}`,
    logPath: registry.logPath,
    [Symbol.asyncDispose]: registry.kill,
  };
}

/** JSON is YAML. */
function configOf(port: number) {
  return {
    version: 0.1,
    log: { accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: '/srv/data' }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
}
