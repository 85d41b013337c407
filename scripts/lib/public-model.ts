import {
  Application,
  type ParameterReflection,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { MarkdownTheme, MarkdownThemeContext, type PluginOptions } from 'typedoc-plugin-markdown';
import ts from 'typescript';
import { publicEntries, root } from './public-entries.js';

/** The public declarations of all packages with their docstrings, and the application that prints them. */
export interface PublicModel {
  readonly app: Application;
  readonly project: ProjectReflection;
}

let model: Promise<PublicModel> | undefined;

/** What the packages' builds declare, read once. A module's name is the `name` of its entry. */
export function publicModel(): Promise<PublicModel> {
  model ??= readModel();
  return model;
}

async function readModel(): Promise<PublicModel> {
  const app = await Application.bootstrapWithPlugins(options as object, []);
  app.renderer.defineTheme('compact', CompactTheme as never);
  const entries = publicEntries();
  const program = ts.createProgram({
    rootNames: entries.map(({ types }) => types),
    options: compilerOptions,
  });
  const project = app.converter.convert(
    entries.map(({ name, types }) => {
      const sourceFile = program.getSourceFile(types);
      if (!sourceFile) throw new Error(`${types} is missing: build the packages first`);
      return { displayName: name, program, sourceFile };
    }),
  );
  nameParameters(project);
  return { app, project };
}

/** A parameter that is taken apart has no name in the declarations: it gets its type's last word. */
function nameParameters(project: ProjectReflection): void {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    const { type } = reflection as ParameterReflection;
    if (reflection.name !== '__namedParameters') continue;
    const declared = type?.type === 'reference' ? type.reflection?.name : undefined;
    reflection.name = declared?.match(/[A-Z][a-z]+$/)?.[0].toLowerCase() ?? 'options';
  }
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  typeRoots: [`${root}/node_modules/@types`],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

const titles = new Map(publicEntries().map(({ name, specifier }) => [name, specifier]));

const options: Partial<PluginOptions> & Record<string, unknown> = {
  plugin: ['typedoc-plugin-markdown'],
  theme: 'compact',
  router: 'module',
  name: 'SDK',
  readme: 'none',
  logLevel: 'Error',
  // Its default removes what stands in the output folder, which is `docs` for plugins' own runs.
  cleanOutputDir: false,
  disableGit: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  sort: ['alphabetical'],
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', '*'],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  expandObjects: true,
  expandParameters: true,
  parametersFormat: 'none',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  propertyMembersFormat: 'table',
  tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true },
  pageTitleTemplates: {
    index: 'SDK',
    module: ({ name }: { name: string }) => `\`${titles.get(name) ?? name}\``,
  },
};

/** Signatures say what is taken and returned: no sections that repeat it. */
class CompactTheme extends MarkdownTheme {
  override getRenderContext(page: ConstructorParameters<typeof MarkdownThemeContext>[1]) {
    const context = new MarkdownThemeContext(this, page, this.application.options);
    context.partials = {
      ...context.partials,
      hierarchy: () => '',
      inheritance: () => '',
      signatureReturns: () => '',
    };
    return context;
  }
}
