import { accessSync, constants } from 'node:fs';
import { type Finding, ok, problem } from './finding.js';

/** The file of further certificate authorities, which the launcher has renamed for this process. */
export function checkAuthorities(env: NodeJS.ProcessEnv): Finding[] {
  const path = env.NODE_EXTRA_CA_CERTS;
  if (!path) return [];
  const about = 'NODE_EXTRA_CA_CERTS';
  try {
    accessSync(path, constants.R_OK);
    return [ok(about, `${path}, read when a TLS connection needs it`)];
  } catch {
    const text = `${path} cannot be read: TLS connections to builders will fail`;
    return [problem(about, text, 'unset it, or let it name a file of certificates in PEM')];
  }
}
