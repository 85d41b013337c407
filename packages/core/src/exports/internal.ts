/* `@warmdock/core/internal`: for warmdock's own packages of the same version; may change in any release. */

export { sendsAttributes } from '../buildkit/session/file-sync.js';
export { abortable } from '../content/abortable.js';
export { dockerAliases } from '../docker/aliases.js';
export { findCliPlugin } from '../docker/cli-plugins.js';
export { isProgram } from '../docker/is-program.js';
export { proxyBuildArgs } from '../docker/proxy-build-args.js';
export { cancelled, messageOf } from '../errors.js';
export { parseGoBool } from '../go-bool.js';
export { checkArgument, checkOptions } from '../options/check-options.js';
export type { Check, Checks } from '../options/checks.js';
export { planRequest } from '../pipeline/build.js';
export { type CanBePulledOptions, canBePulled } from '../pipeline/can-be-pulled.js';
export { checkContext } from '../pipeline/checks/context.js';
export { type ParsedOptions, parseOptions } from '../pipeline/plan/parse-options.js';
export { isRemote } from '../pipeline/plan/remote-context.js';
export { validateLocalInputs } from '../pipeline/solve/validate-local-inputs.js';
export { stateDirectory } from '../pipeline/state/state-directory.js';
export { userDirectory } from '../pipeline/state/user-directory.js';
export * as checks from '../public-checks.js';
export { WriteError } from '../write-error.js';
