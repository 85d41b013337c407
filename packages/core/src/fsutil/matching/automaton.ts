import {
  anyCharacter,
  type CharacterRange,
  contains,
  type Expression,
  oneOf,
  type Piece,
  type Place,
  wordCharacters,
} from './expression.js';

/** A step of the nondeterministic automaton; after it comes the next one, if nothing else is said. */
type Step =
  | { readonly kind: 'read'; readonly ranges: readonly CharacterRange[] }
  | { readonly kind: 'check'; readonly place: Place }
  /** Goes on at `to` as well. */
  | { readonly kind: 'fork'; to: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'match' };

/** A state of the deterministic automaton: the steps where the other one may be between two characters. */
interface State {
  readonly steps: readonly number[];
  readonly isStart: boolean;
  readonly isAfterWord: boolean;
  /** By the class of the next character; what nobody asked for yet is missing. */
  readonly next: (State | undefined)[];
  /** Nothing that follows changes the verdict. */
  readonly isFinal: boolean;
}

/** More steps than a pattern of people has; Go refuses an expression too that unfolds too far. */
const maxSteps = 10_000;

/** How many steps the states together may hold before they are forgotten. */
const maxKeptSteps = 100_000;

const matched = finalState();
const failed = finalState();

/**
 * Finds an expression in texts, in time that grows with the text's length and the expression's, and
 * not beyond, whatever they are: it follows all ways through the expression at once and never goes
 * back (Thompson's construction). Where it was with each next character it remembers, so that a
 * text like those before takes one look-up a character.
 */
export class Automaton {
  readonly #steps: readonly Step[];
  /** First code point of each class: the expression does not tell the characters of one class apart. */
  readonly #classStarts: readonly number[];
  readonly #classOfAscii: Uint16Array;
  readonly #states = new Map<string, State>();
  #keptSteps = 0;
  #first: State;
  /** Steps seen while empty ways are followed; `#round` marks those of this time. */
  readonly #seen: Uint32Array;
  #round = 0;

  /** @throws RangeError for an expression that unfolds to more than 10,000 steps */
  constructor(expression: Expression) {
    this.#steps = stepsOf(expression);
    this.#classStarts = classStartsOf(this.#steps);
    this.#classOfAscii = Uint16Array.from({ length: 128 }, (_, code) => this.#classOf(code));
    this.#seen = new Uint32Array(this.#steps.length);
    this.#first = newState([0], true, false);
  }

  /** Whether some part of `text` is what the expression says; start and end are its places for that. */
  test(text: string): boolean {
    let state = this.#first;
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at);
      let charClass = this.#classOfAscii[code];
      if (charClass === undefined) {
        code = text.codePointAt(at) ?? code;
        if (code > 0xffff) at++;
        charClass = this.#classOf(code);
      }
      state = state.next[charClass] ?? this.#advance(state, charClass);
      if (state.isFinal) return state === matched;
    }
    const end = this.#classStarts.length;
    return (state.next[end] ?? this.#advance(state, end)) === matched;
  }

  #classOf(codePoint: number): number {
    let low = 0;
    let high = this.#classStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#classStarts[middle] as number) <= codePoint) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The state behind a character of the class, or the verdict at the end of the text. */
  #advance(state: State, charClass: number): State {
    const codePoint = this.#classStarts[charClass];
    const isWord = codePoint !== undefined && contains(wordCharacters, codePoint);
    const reached = this.#follow(state, codePoint === undefined, isWord);
    const next =
      reached === undefined
        ? matched
        : this.#stateOf(
            reached.filter((at) => this.#reads(at, codePoint)).map((at) => at + 1),
            isWord,
          );
    state.next[charClass] = next;
    return next;
  }

  /** The reading steps that are reached without reading; undefined if the match is. */
  #follow(state: State, isEnd: boolean, isWordNext: boolean): number[] | undefined {
    const isBoundary = state.isAfterWord !== isWordNext;
    const reached: number[] = [];
    const open = [...state.steps];
    this.#round++;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#seen[at] === this.#round) continue;
      this.#seen[at] = this.#round;
      const step = this.#steps[at] as Step;
      if (step.kind === 'match') return undefined;
      if (step.kind === 'read') reached.push(at);
      else if (step.kind === 'jump') open.push(step.to);
      else if (step.kind === 'fork') open.push(at + 1, step.to);
      else if (isAt(step.place, state.isStart, isEnd, isBoundary)) open.push(at + 1);
    }
    return reached;
  }

  #reads(at: number, codePoint: number | undefined): boolean {
    const step = this.#steps[at] as Step;
    return codePoint !== undefined && step.kind === 'read' && contains(step.ranges, codePoint);
  }

  #stateOf(steps: number[], isAfterWord: boolean): State {
    if (steps.length === 0) return failed;
    steps.sort((a, b) => a - b);
    const key = `${isAfterWord}${steps}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#keptSteps > maxKeptSteps) this.#forget();
    const state = newState(steps, false, isAfterWord);
    this.#states.set(key, state);
    this.#keptSteps += steps.length;
    return state;
  }

  #forget(): void {
    this.#states.clear();
    this.#keptSteps = 0;
    this.#first = newState([0], true, false);
  }
}

function newState(steps: readonly number[], isStart: boolean, isAfterWord: boolean): State {
  return { steps, isStart, isAfterWord, next: [], isFinal: false };
}

function finalState(): State {
  return { steps: [], isStart: false, isAfterWord: false, next: [], isFinal: true };
}

function isAt(place: Place, isStart: boolean, isEnd: boolean, isBoundary: boolean): boolean {
  if (place === 'start') return isStart;
  if (place === 'end') return isEnd;
  return isBoundary === (place === 'word boundary');
}

function stepsOf(expression: Expression): Step[] {
  const steps: Step[] = [];
  const isAnchored = expression.every(([first]) => first !== undefined && isStart(first));
  // What need not be at the start may come behind anything.
  if (!isAnchored)
    addPiece(steps, { ...oneOf(anyCharacter), min: 0, max: Number.POSITIVE_INFINITY });
  addExpression(steps, expression);
  add(steps, { kind: 'match' });
  return steps;
}

function isStart({ atom, min }: Piece): boolean {
  return min > 0 && atom.kind === 'place' && atom.place === 'start';
}

function addExpression(steps: Step[], expression: Expression): void {
  const ends: { to: number }[] = [];
  for (const [i, sequence] of expression.entries()) {
    const other = i < expression.length - 1 ? add(steps, { kind: 'fork', to: 0 }) : undefined;
    for (const piece of sequence) addPiece(steps, piece);
    if (other === undefined) continue;
    ends.push(add(steps, { kind: 'jump', to: 0 }));
    other.to = steps.length;
  }
  for (const end of ends) end.to = steps.length;
}

function addPiece(steps: Step[], { atom, min, max }: Piece): void {
  for (let i = 0; i < min; i++) addAtom(steps, atom);
  const start = steps.length;
  const times = max === Number.POSITIVE_INFINITY ? 1 : max - min;
  const exits = Array.from({ length: times }, () => {
    const exit = add(steps, { kind: 'fork', to: 0 });
    addAtom(steps, atom);
    return exit;
  });
  if (max === Number.POSITIVE_INFINITY) add(steps, { kind: 'jump', to: start });
  for (const exit of exits) exit.to = steps.length;
}

function addAtom(steps: Step[], atom: Piece['atom']): void {
  if (atom.kind === 'group') addExpression(steps, atom.expression);
  else if (atom.kind === 'place') add(steps, { kind: 'check', place: atom.place });
  else add(steps, { kind: 'read', ranges: atom.ranges });
}

function add<S extends Step>(steps: Step[], step: S): S {
  if (steps.length >= maxSteps) throw new RangeError('the expression is too large');
  steps.push(step);
  return step;
}

/** Where the answer of some step may change from one code point to the next. */
function classStartsOf(steps: readonly Step[]): number[] {
  const ranges = steps.flatMap((step) => (step.kind === 'read' ? step.ranges : []));
  const asksForWords = steps.some((step) => step.kind === 'check');
  const all = asksForWords ? [...ranges, ...wordCharacters] : ranges;
  const starts = new Set([0, ...all.flatMap(({ low, high }) => [low, high + 1])]);
  return [...starts].sort((a, b) => a - b);
}
