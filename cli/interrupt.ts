import { exitCodes, Failure } from "./failure";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does work that Ctrl-C, or the end of its terminal, ends early.
 *
 * @param work is told by the signal, and clears up after itself
 * @throws Failure with exit code 130 if it was ended
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const result = await work(stop.signal);
    stop.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw stop.signal.aborted ? new Failure("interrupted", exitCodes.interrupted) : error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
