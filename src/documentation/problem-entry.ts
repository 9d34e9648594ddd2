/** What a client can do about a problem. */
export interface ProblemEntry {
  status: number;
  /** What it means and what to do, in a sentence or two. */
  explanation: string;
  /** The problem's `detail`, as it may read. */
  example: string;
  /** An example of `errors`. */
  errors?: readonly Record<string, string>[];
  /** Examples of further members. */
  members?: Record<string, unknown>;
}
