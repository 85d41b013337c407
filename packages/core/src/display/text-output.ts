/** Where text goes. */
export interface TextOutput {
  /** Never throws: what is written for a reader that went away is dropped. */
  write(text: string): void;
  /** Whether people watch; answers without opening the stream. */
  readonly isTerminal: boolean;
  /** Size of the terminal in characters; 80 by 24 where there is none. */
  readonly columns: number;
  readonly rows: number;
}
