import type { EngineInfo } from '@warmdock/core/engine';
import { type Finding, ok, warning } from './finding.js';
import { isOlder, parseVersion } from './parse-version.js';

const about = 'thin load';

/** What the releases of Docker are known to take, by store: see docs/concepts/thin-load.md. */
export function thinLoadSupport({
  store,
  serverVersion,
}: Pick<EngineInfo, 'store' | 'serverVersion'>): Finding {
  const tryIt = 'see whether it works here: warmdock doctor --try';
  if (parseVersion(serverVersion) === undefined) {
    return warning(about, `Docker ${serverVersion} is no version that is known`, tryIt);
  }
  if (store === 'containerd' && isOlder(serverVersion, 25, 0)) {
    const text = `the containerd store of Docker ${serverVersion} wants all layers each time`;
    return warning(about, text, 'update Docker to 25 or newer');
  }
  if (isOlder(serverVersion, 20, 10)) {
    const text = `is not proven with Docker ${serverVersion}`;
    return warning(about, text, 'update Docker to 20.10 or newer');
  }
  return ok(about, `Docker ${serverVersion} takes only missing layers into the ${store} store`);
}
