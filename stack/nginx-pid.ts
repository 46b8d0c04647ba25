import { readFileSync } from 'node:fs'

/**
 * Whether the nginx that writes this pid file runs. nginx writes it once it listens, so whatever else answers on its port,
 * another stack's nginx for one, is not taken for it.
 */
export function isRunning(pidFile: string): boolean {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'))
    // Empty where nginx has only checked its configuration.
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}
