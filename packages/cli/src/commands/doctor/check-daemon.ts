import type { Engine } from '@warmdock/core';
import { type EngineInfo, formatEndpoint } from '@warmdock/core/engine';
import { type Finding, failed, ok } from './finding.js';

export interface CheckedDaemon {
  readonly findings: Finding[];
  /** `undefined` when it cannot be reached. */
  readonly info: EngineInfo | undefined;
}

/** The daemon that images are loaded into. */
export async function checkDaemon(engine: Engine, signal: AbortSignal): Promise<CheckedDaemon> {
  try {
    const start = performance.now();
    const { apiVersion } = await engine.ping({ signal });
    const latencyMs = (performance.now() - start).toFixed(1);
    const info = await engine.info({ signal });
    const { serverVersion, store, driver, platform } = info;
    const text = [
      `${formatEndpoint(engine.endpoint)} ${serverVersion}`,
      `${store} store (${driver})`,
      `API ${apiVersion}`,
      `${platform.os}/${platform.architecture}`,
      `answers in ${latencyMs} ms`,
    ].join(', ');
    return { findings: [ok('daemon', text)], info };
  } catch (error) {
    return {
      findings: [failed('daemon', error, 'start Docker, or let DOCKER_HOST name its socket')],
      info: undefined,
    };
  }
}
