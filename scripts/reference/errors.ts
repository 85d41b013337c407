import {
  Comment,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { type ErrorCodeText, errorCodes } from '../../packages/core/src/error-codes.js';
import type { Files } from '../lib/generated-files.js';
import { publicEntries } from '../lib/public-entries.js';
import { publicModel } from '../lib/public-model.js';

/** Codes from the table of the core, classes from the docstrings of all packages. */
export async function render(): Promise<Files> {
  const { project } = await publicModel();
  const codes = Object.entries(errorCodes).map(([code, text]) => codeSection(code, text));
  const classes = errorClasses(project).map(classSection);
  const parts = [introduction, '## Codes', ...codes, '## Classes', ...classes];
  return { 'docs/reference/errors.md': `${parts.join('\n\n')}\n` };
}

const introduction = `# Errors

Every error that a package throws is a \`WarmdockError\`. Decide by its \`code\`, never by its message.

- \`code\`: one of the codes below.
- \`message\`: the operation, its object, and what went wrong.
- \`hint\`: what to do about it, where that is known.
- \`cause\`: the error that it comes from.

\`isWarmdockError(error)\` also knows errors of another copy of the package, which \`instanceof\` does not.`;

function codeSection(code: string, { meaning, cause, remedy }: ErrorCodeText): string {
  return `### \`${code}\`\n\n${meaning}\n\n- **Cause:** ${cause}\n- **Remedy:** ${remedy}`;
}

/** `WarmdockError` first, then what extends it. */
function errorClasses(project: ProjectReflection): DeclarationReflection[] {
  return project
    .getReflectionsByKind(ReflectionKind.Class)
    .filter((found): found is DeclarationReflection => found.isDeclaration())
    .filter(({ name, extendedTypes = [] }) =>
      [name, ...extendedTypes.map(String)].includes('WarmdockError'),
    )
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

const rank = ({ name }: DeclarationReflection) => (name === 'WarmdockError' ? 0 : 1);

function classSection(declaration: DeclarationReflection): string {
  const fields = (declaration.children ?? [])
    .filter((child) => child.kindOf(ReflectionKind.Property) && !child.inheritedFrom)
    .map((field) => `| \`${field.name}\` | \`${typeText(field)}\` | ${textOf(field)} |`);
  const table = ['| Field | Type | Meaning |', '| --- | --- | --- |', ...fields].join('\n');
  const title = `### \`${declaration.name}\``;
  return [title, `${from(declaration)} ${textOf(declaration)}`, table].join('\n\n');
}

function from({ name, parent }: DeclarationReflection): string {
  const entry = publicEntries().find((candidate) => candidate.name === parent?.name);
  return `From [\`${entry?.specifier}\`](sdk/${entry?.name}.md#${name.toLowerCase()}).`;
}

const typeText = ({ type }: DeclarationReflection) => String(type).replaceAll('|', '\\|');

function textOf({ comment }: DeclarationReflection): string {
  return Comment.combineDisplayParts(comment?.summary).replaceAll('\n', ' ');
}
