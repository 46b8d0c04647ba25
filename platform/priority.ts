import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * Gives a process, the leader of its session, this nice value (19: last, -20: first), and its session's scheduling group
 * the same: where Linux groups by session (sched_autogroup, on by default in Debian) a nice value counts only among
 * the processes of one session, and the groups share the processor evenly whatever their members say.
 * Returns false where that is not allowed: only root may go below 0.
 */
export function setNice(nice: number, pid: number = process.pid): boolean {
  try {
    setPriority(pid, nice)
  } catch {
    return false
  }
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice))
  } catch (error) {
    // A kernel without such groups has no such file.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
  return true
}

/** Runs this process's own thread before every other that is not realtime. Returns false where that is not allowed. */
export const setRealtime = (): boolean =>
  spawnSync('chrt', ['--rr', '--pid', '1', String(process.pid)]).status === 0
