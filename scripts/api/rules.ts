import {
  type DeclarationReflection,
  makeRecursiveVisitor,
  type ProjectReflection,
  type ReferenceType,
  type Reflection,
  ReflectionKind,
  type SomeType,
} from 'typedoc';

/** What the public declarations must not have, one line for each. */
export function faultsOf(project: ProjectReflection): string[] {
  return [...undocumented(project), ...strayTypes(project)].sort();
}

function undocumented(project: ProjectReflection): string[] {
  return exportsOf(project)
    .filter((declaration) => !isDocumented(declaration))
    .map((declaration) => `${nameOf(declaration)} has no docstring`);
}

/** What modules and their namespaces export, without what they export again. */
function exportsOf(project: ProjectReflection): DeclarationReflection[] {
  return (project.children ?? [])
    .flatMap((module) => module.children ?? [])
    .flatMap((child) => (child.kindOf(ReflectionKind.Namespace) ? (child.children ?? []) : [child]))
    .filter((child) => !child.kindOf(ReflectionKind.Reference));
}

function isDocumented(declaration: DeclarationReflection): boolean {
  const type = declaration.type;
  const callable = type?.type === 'reflection' ? type.declaration.signatures : undefined;
  const signatures = declaration.signatures ?? callable ?? [];
  return (
    declaration.hasComment() ||
    (signatures.length > 0 && signatures.every((signature) => signature.hasComment()))
  );
}

/** Types that a program cannot import, and those of dependencies, by which a package would be bound to them. */
function strayTypes(project: ProjectReflection): string[] {
  const faults = Object.values(project.reflections).flatMap((owner) =>
    typesOf(owner).flatMap((type) => faultOf(type, owner)),
  );
  return [...new Set(faults)];
}

const platform = new Set(['typescript', '@types/node']);

function faultOf(type: ReferenceType, owner: Reflection): string[] {
  if (type.reflection || type.refersToTypeParameter || platform.has(type.package ?? '')) return [];
  const user = nameOf(exportOf(owner));
  return type.package?.startsWith('@warmdock/')
    ? [`${user} mentions ${type.name}, which ${type.package} does not export`]
    : [`${user} mentions ${type.name} of the dependency ${type.package}`];
}

/** The types that a reflection mentions itself; declarations in them are reflections of their own. */
function typesOf(owner: Reflection): ReferenceType[] {
  const found: ReferenceType[] = [];
  const visitor = makeRecursiveVisitor({ reference: (type) => found.push(type) });
  const { type, default: fallback, extendedTypes = [] } = owner as Partial<Typed>;
  for (const mentioned of [type, fallback, ...extendedTypes]) mentioned?.visit(visitor);
  return found;
}

interface Typed {
  readonly type: SomeType;
  readonly default: SomeType;
  readonly extendedTypes: readonly SomeType[];
}

function exportOf(reflection: Reflection): Reflection {
  let current = reflection;
  while (current.parent && !current.parent.kindOf(ReflectionKind.Module)) current = current.parent;
  return current;
}

const nameOf = (reflection: Reflection) => reflection.getFullName().replace('.', ': ');
