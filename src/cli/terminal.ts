/** Where text goes. */
interface Output {
  write(text: string): unknown;
}

/** What a command says. */
export interface Terminal {
  /** What was asked for, and nothing else: it may go to another program. */
  stdout: Output;
  /** Everything that is said to a person. */
  stderr: Output;
}

/** Writes a text where it belongs. @returns the exit code, as it was given */
export function say(output: Output, text: string, exitCode: number): number {
  output.write(text);
  return exitCode;
}
