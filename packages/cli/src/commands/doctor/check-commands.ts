import { builderRuleText } from '../../docker/builder-rule-text.js';
import { chooseForWords } from '../../docker/choose-build.js';
import { type Finding, ok, warning } from './finding.js';

/** What people type to build, each in its shortest form. */
const commands: readonly (readonly string[])[] = [
  ['build', '.'],
  ['buildx', 'build', '.'],
  ['compose', 'build'],
  ['compose', 'up'],
  ['buildx', 'bake'],
];

/** Where the shim lets each way to build go: the very decision that it takes itself. */
export function checkCommands(env: NodeJS.ProcessEnv): Finding[] {
  return commands.map((words) => checkCommand(words, env));
}

function checkCommand(words: readonly string[], env: NodeJS.ProcessEnv): Finding {
  const about = ['docker', ...words].filter((word) => word !== '.').join(' ');
  const choice = chooseForWords(words, env);
  if (!('passThroughReason' in choice))
    return ok(
      about,
      `warmdock builds on builder "${choice.builder.name}" (by ${builderRuleText[choice.rule]})`,
    );
  const text = `passed through to docker: ${choice.passThroughReason}`;
  const name = builderToName(words, env);
  if (name === undefined) return ok(about, text);
  const more = `; it does not look at builder "${name}", which \`docker buildx use\` chose`;
  return warning(about, `${text}${more}`, `export BUILDX_BUILDER=${name}`);
}

/** The selected builder, where these builds would come to it if only they had its name. */
function builderToName(words: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const selected = chooseForWords(['buildx', 'build', '--load', '.'], env);
  if ('passThroughReason' in selected) return undefined;
  const { name } = selected.builder;
  return 'passThroughReason' in chooseForWords(words, { ...env, BUILDX_BUILDER: name })
    ? undefined
    : name;
}
