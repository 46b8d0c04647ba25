import { ConfigError } from './config.ts'

/** After so long a stop that hangs is cut short. */
const STOP_WITHIN_MS = 5_000

/**
 * Runs one of our programs until TERM or Ctrl-C: `start` resolves with the function that stops it. A program that can not
 * start says why on stderr, in one line, and exits with 1.
 */
export async function runUntilStopped(
  name: string,
  start: () => Promise<() => Promise<void>>,
): Promise<void> {
  try {
    const stop = await start()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
        stop().then(
          () => process.exit(0),
          () => process.exit(1),
        )
      })
    }
  } catch (error) {
    const { message, name: kind } = error as Error
    process.stderr.write(
      `${name} does not start: ${error instanceof ConfigError ? '' : `${kind}: `}${message}\n`,
    )
    process.exit(1)
  }
}
