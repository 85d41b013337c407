import type { BuildKit } from '../buildkit/buildkit.js';
import type { CallContext } from '../call-context.js';
import { checkArgument, checkOptions } from '../options/check-options.js';
import {
  type Checks,
  callback,
  choice,
  flag,
  instance,
  listOf,
  mapOf,
  number,
  object,
  text,
} from '../options/checks.js';
import type { BuildRequest } from './build-request.js';
import { checkContext } from './checks/context.js';
import { plan as aPlan, buildKit, wantedBuilder, wantedEngine } from './checks/instances.js';
import type { BuildPlan } from './plan/build-plan.js';
import { viaValues } from './plan/choose-ways.js';
import { optionChecks } from './plan/option-checks.js';
import type { RunOptions, RunOutputsOptions, RunPlanOptions } from './run-options.js';

const requestChecks: Checks<BuildRequest> = {
  ...optionChecks,
  builder: wantedBuilder,
  grpc: text,
  via: choice(...viaValues),
  registry: text,
  bootstrap: flag,
  engine: wantedEngine,
  withProvenance: flag,
};

/** Of all calls that run a plan: each takes what it has no use for. */
const runChecks: Checks<RunOptions & RunOutputsOptions & RunPlanOptions> = {
  exporter: object('an object of type and attrs', { type: text, attrs: mapOf(text) }, [
    'type',
    'attrs',
  ]),
  via: choice(...viaValues),
  registry: text,
  targets: instance('a Map', 'get'),
  onResult: callback,
  shared: instance('what shareContexts gave', 'sessionOf'),
  attachables: listOf(object('an Attachable', { methods: mapOf(callback) }, ['methods'])),
  spoolSizeBytes: number,
  inEngine: flag,
  observesEagerly: flag,
};

/** Checks what a call that builds was given, as `checkOptions` does. */
export function checkRequest(call: string, request: BuildRequest, context: CallContext): void {
  checkOptions(call, request, requestChecks, ['context']);
  checkContext(call, context);
}

/** Checks what a call that runs a plan was given, as `checkOptions` does. */
export function checkRun(
  call: string,
  given: { readonly plan: BuildPlan; readonly builder: BuildKit },
  options: object,
  context: CallContext,
): void {
  checkArgument(call, 'plan', given.plan, aPlan);
  checkArgument(call, 'builder', given.builder, buildKit);
  checkOptions(call, options, runChecks);
  checkContext(call, context);
}
