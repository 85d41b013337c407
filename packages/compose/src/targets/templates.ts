import { WarmdockError } from '@warmdock/core';
import type { BakeDefinition, BakeTarget } from './bake-definition.js';

/*
 * Strings in a bake file are templates: `${NAME}` is a variable, `%{if ...}` a directive, and each
 * is written `$${` or `%%{` where it stands for itself.
 */

const literal = (text: string) => text.replaceAll('$${', '${').replaceAll('%%{', '%{');

/** The targets as `buildx bake --print` means them: it escapes arguments and inline Dockerfiles, nothing else. */
export function unescapeTemplates(definition: BakeDefinition): BakeDefinition {
  const target = Object.entries(definition.target).map(([name, each]) => [name, unescaped(each)]);
  return { ...definition, target: Object.fromEntries(target) };
}

function unescaped(target: BakeTarget): BakeTarget {
  const { args, 'dockerfile-inline': inline } = target;
  const values = Object.entries(args ?? {}).map(([key, value]) => [key, value && literal(value)]);
  return {
    ...target,
    ...(args && { args: Object.fromEntries(values) }),
    ...(inline !== undefined && { 'dockerfile-inline': literal(inline) }),
  };
}

/**
 * Checks that bake would take the strings of a definition as they stand, as compose means them: it
 * escapes `${` in arguments and inline Dockerfiles, and nothing else. Throws `UNSUPPORTED`.
 */
export function checkNoTemplates({ target }: BakeDefinition): void {
  for (const [name, each] of Object.entries(target)) {
    const escaped = [each['dockerfile-inline'] ?? '', ...Object.values(each.args ?? {})];
    const { args: _, 'dockerfile-inline': __, ...plain } = each;
    const isTemplate =
      escaped.some((value) => value?.includes('%{')) || /[$%]\{/.test(JSON.stringify(plain));
    if (!isTemplate) continue;
    throw new WarmdockError(
      'UNSUPPORTED',
      `target ${name} has a value that bake reads as a template`,
    );
  }
}
