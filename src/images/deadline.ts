/**
 * Gives work a signal that fires when `outer` does, or after `timeoutMs` with what `late` says.
 * The work is what ends: whoever ignores the signal is not interrupted.
 */
export async function within<T>(
  timeoutMs: number,
  late: () => Error,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(late()), timeoutMs);
  try {
    return await work(outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
