import { resolve } from 'node:path';
import { WarmdockError } from '../../errors.js';
import { annotationAttr, checkedAnnotation } from '../flags/annotation.js';
import type { Output } from '../flags/output.js';
import type { BuildPlan } from './build-plan.js';
import type { ParsedOptions } from './parse-options.js';

type PlannedOutput = NonNullable<BuildPlan['outputs']>[number];

/** What becomes of the result, complete and checked; `undefined` for loading alone. Throws `INVALID_ARGUMENT` and `UNSUPPORTED`. */
export function planOutputs(
  { outputs = [], push = false, load, tags = [] }: ParsedOptions,
  cwd: string,
): PlannedOutput[] | undefined {
  const isPlain = outputs.length === 0 && !push;
  if (isPlain) return load === false ? [] : undefined;
  const all = withLoad(
    withPush(
      outputs.flatMap((output) => planned(output, cwd)),
      push,
    ),
    load,
  );
  const hasTags = tags.length > 0;
  for (const output of all) check(output, hasTags);
  if (all.filter(writesToStdout).length > 1)
    throw refused('several outputs go to standard output', 'give all but one a dest=FILE');
  if (all.filter(isLayout).length > 1)
    throw refused('several outputs have tar=false', 'BuildKit writes one image layout per build');
  return all;
}

/** Annotations as attributes of exporters. */
export function annotationAttrs({ annotations = [] }: ParsedOptions): Record<string, string> {
  return Object.fromEntries(
    annotations.map((annotation) => [
      annotationAttr(checkedAnnotation(annotation)),
      annotation.value,
    ]),
  );
}

/** Whether an output is a directory in OCI's image layout. */
export function isLayout(output: PlannedOutput): boolean {
  return (output.type === 'oci' || output.type === 'docker') && !output.tar;
}

function planned(output: Output, cwd: string): PlannedOutput[] {
  if (output.type === 'cacheonly') return [];
  if (!('dest' in output) || output.dest === '-') return [output];
  return [{ ...output, dest: resolve(cwd, output.dest) }];
}

/** `push` pushes the images that are outputs, or one more. */
function withPush(outputs: PlannedOutput[], push: boolean): PlannedOutput[] {
  if (!push) return outputs;
  const pushed = outputs.map((output) =>
    output.type === 'image'
      ? { ...output, push, attrs: { unpack: 'false', ...output.attrs } }
      : output,
  );
  if (pushed.some(({ type }) => type === 'image')) return pushed;
  return [...pushed, { type: 'image', push, attrs: { unpack: 'false' } }];
}

function withLoad(outputs: PlannedOutput[], load: boolean | undefined): PlannedOutput[] {
  const others = outputs.filter(({ type }) => type !== 'load');
  const given = outputs.filter(({ type }) => type === 'load');
  if (given.length === 0 && !load) return others;
  return [
    ...others,
    ...(given.length > 0 ? given.slice(-1) : [{ type: 'load', attrs: {} } as const]),
  ];
}

function check(output: PlannedOutput, hasTags: boolean): void {
  if (output.type === 'image' && output.push && !hasTags && !output.attrs.name)
    throw refused('nothing says where to push to', 'name the image with a tag');
  if (output.type === 'local' && output.attrs.mode !== undefined && output.attrs.mode !== 'copy')
    throw new WarmdockError(
      'UNSUPPORTED',
      `cannot write output ${output.dest} with mode=${output.attrs.mode}`,
      {
        hint: 'leave out mode: files are put beside what is there',
      },
    );
  if (output.type === 'load' && output.attrs.context !== undefined)
    throw new WarmdockError(
      'UNSUPPORTED',
      'cannot load into a docker context that an output names',
      {
        hint: 'name the daemon for the whole build',
      },
    );
}

function writesToStdout(output: PlannedOutput): boolean {
  return 'dest' in output && output.dest === '-';
}

function refused(why: string, hint: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot build: ${why}`, { hint });
}
