import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { sep } from 'node:path'

/** A process, not only its number: pids are used again, the pair of pid and start time within one boot is not. */
export interface ProcessIdentity {
  pid: number
  /** Boot ID and start time in clock ticks since that boot. */
  started: string
}

let boot: string | undefined

/** Fields of /proc/PID/stat after the command name, which may itself hold spaces and brackets. */
function readStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** The identity of a running process; undefined when there is none with this pid (a zombie counts as gone). */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  if (stat === undefined || stat[0] === 'Z' || stat[0] === 'X') return undefined
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return { pid, started: `${boot}:${stat[19]}` }
}

/** True while exactly this process runs. */
export const isAlive = (known: ProcessIdentity): boolean => identify(known.pid)?.started === known.started

/**
 * Everything that still lives of a process we once started as the leader of its own session: itself, and what it left
 * behind when it died alone (nginx workers outlive a killed master and keep its ports). A leader whose pid now belongs
 * to somebody else has no rest of ours: Linux gives no pid away while a session of that number lives. Where the leader
 * is gone, members count only when they work inside our run folder.
 */
export function findRest(leader: ProcessIdentity, dir: string): number[] {
  const now = identify(leader.pid)
  if (now !== undefined && now.started !== leader.started) return []
  const rest = now === undefined ? [] : [leader.pid]
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === leader.pid) continue
    const stat = readStat(pid)
    if (stat === undefined || stat[0] === 'Z' || Number(stat[3]) !== leader.pid) continue
    if (now !== undefined || worksInside(pid, dir)) rest.push(pid)
  }
  return rest
}

function worksInside(pid: number, dir: string): boolean {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}${sep}`.startsWith(`${dir}${sep}`)
  } catch {
    return false
  }
}
