import { readdirSync, readFileSync } from 'node:fs'

/** What a named process and its children have used so far. */
export interface Usage {
  cpuMs: number
  /** Resident memory now and at its highest, MB. */
  memoryMb: number
  peakMb: number
}

const TICK_MS = 10

/** CPU and memory of processes by name, each with its descendants (nginx's workers, say). Linux only. */
export function readUsage(processes: { name: string; pid: number }[]): Record<string, Usage> {
  const all = new Map<number, { parent: number; cpuMs: number }>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = read(`/proc/${entry}/stat`)
    if (stat === undefined) continue
    // The name in brackets may hold anything; what follows it does not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    all.set(Number(entry), {
      parent: Number(fields[1]),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    })
  }
  return Object.fromEntries(processes.map(({ name, pid }) => [name, sumUp(pid, all)]))
}

function sumUp(root: number, all: Map<number, { parent: number; cpuMs: number }>): Usage {
  const family = [root]
  for (let at = 0; at < family.length; at++)
    for (const [pid, { parent }] of all) if (parent === family[at]) family.push(pid)
  const usage: Usage = { cpuMs: 0, memoryMb: 0, peakMb: 0 }
  for (const pid of family) {
    const status = read(`/proc/${pid}/status`) ?? ''
    usage.cpuMs += all.get(pid)?.cpuMs ?? 0
    usage.memoryMb += megabytes(status, 'VmRSS')
    usage.peakMb += megabytes(status, 'VmHWM')
  }
  return usage
}

/** CPU milliseconds of each process between two readings. */
export const cpuBetween = (
  before: Record<string, Usage>,
  after: Record<string, Usage>,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, usage]) => [name, usage.cpuMs - (before[name]?.cpuMs ?? 0)]),
  )

const megabytes = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // it has just ended
    return undefined
  }
}
