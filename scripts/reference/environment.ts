import {
  environmentVariables,
  type VariableGroup,
} from '../../packages/cli/src/help/environment-variables.js';
import type { Files } from '../lib/generated-files.js';
import { code, table } from './markdown.js';

/** Every variable that a package reads, from the table of the command line. */
export async function render(): Promise<Files> {
  const parts = [introduction, ...environmentVariables.map(section)];
  return { 'docs/reference/environment.md': `${parts.join('\n\n')}\n` };
}

const introduction = `# Environment variables

Made from the table of \`@warmdock/cli\`; \`warmdock help environment\` says the same.
Libraries read them from the \`env\` of their context, default \`process.env\`.`;

function section({ title, variables }: VariableGroup): string {
  const rows = variables.map(({ name, about }) => [code(name), about]);
  return `## ${title}\n\n${table(['Variable', 'Meaning'], rows)}`;
}
