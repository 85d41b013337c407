/** Files that import each other in a circle, each circle with all of its files, sorted. */
export function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const search = new Search(imports);
  for (const file of imports.keys()) search.visit(file);
  return search.cycles.map((cycle) => cycle.sort());
}

/** Strongly connected components, as Tarjan finds them. */
class Search {
  readonly cycles: string[][] = [];
  readonly #imports: ReadonlyMap<string, readonly string[]>;
  readonly #found = new Map<string, number>();
  readonly #open: string[] = [];

  constructor(imports: ReadonlyMap<string, readonly string[]>) {
    this.#imports = imports;
  }

  /** The earliest open file that this one leads to. */
  visit(file: string): number {
    const known = this.#found.get(file);
    if (known !== undefined) return this.#open.includes(file) ? known : Number.POSITIVE_INFINITY;
    const at = this.#found.size;
    this.#found.set(file, at);
    this.#open.push(file);
    const reached = (this.#imports.get(file) ?? []).map((next) => this.visit(next));
    const lowest = Math.min(at, ...reached);
    if (lowest === at) this.#close(file);
    return lowest;
  }

  #close(file: string): void {
    const component = this.#open.splice(this.#open.indexOf(file));
    if (component.length > 1) this.cycles.push(component);
  }
}
