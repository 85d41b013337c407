export {
  type FakeRegistry,
  type FakeRegistryOptions,
  type SeenRequest,
  startFakeRegistry,
} from './fake-registry.js';
export {
  type JwtTokenServer,
  type JwtTokenServerOptions,
  startJwtTokenServer,
  type TokenUser,
} from './jwt-token-server.js';
export { RegistryContent, sha256 } from './registry-content.js';
export type { RegistryFaults } from './registry-faults.js';
export { startTokenServer, type TokenServer, type TokenServerOptions } from './token-server.js';
