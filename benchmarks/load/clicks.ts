import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import type { ClickOrder, ClickReport, FromClicker, ToClicker } from './click-order.ts'
import { add, type Latency } from './latency.ts'

/** Generators with their tokens signed, waiting to begin. */
export interface Clicks {
  pids: number[]
  /** How many answers have come so far. */
  answered(): number
  /** Sends everything; resolves with the joint report. Rejects when a generator failed. */
  go(): Promise<ClickReport>
}

const PROGRAM = join(ROOT, 'dist', 'benchmarks', 'load', 'clicker.js')

/** Prepares an order, shared out among `processes` generators. */
export async function prepareClicks(order: ClickOrder, processes = 1): Promise<Clicks> {
  const answered = new Array<number>(processes).fill(0)
  const clickers = await Promise.all(
    share(order, processes).map((part, i) =>
      startClicker(part, (count) => {
        answered[i] = count
      }),
    ),
  )
  return {
    pids: clickers.map(({ pid }) => pid),
    answered: () => answered.reduce((sum, count) => sum + count, 0),
    go: async () => merge(await Promise.all(clickers.map(({ go }) => go()))),
  }
}

function share(order: ClickOrder, processes: number): ClickOrder[] {
  const part = (whole: number, i: number) => Math.floor(whole / processes) + (i < whole % processes ? 1 : 0)
  let from = order.buyers.from
  return Array.from({ length: processes }, (_, i) => {
    const count = part(order.buyers.count, i)
    const buyers = { ...order.buyers, from, count }
    from += count
    const perSecond = order.perSecond === undefined ? {} : { perSecond: order.perSecond / processes }
    const tokens = order.tokens === undefined ? {} : { tokens: part(order.tokens, i) }
    return {
      ...order,
      ...perSecond,
      ...tokens,
      buyers,
      requests: part(order.requests, i),
      connections: part(order.connections, i),
    }
  })
}

async function startClicker(order: ClickOrder, onAnswered: (count: number) => void) {
  // A priority of its own counts against others only in a session of its own (platform/priority.ts).
  const detached = order.priority !== undefined
  const child = fork(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [], detached })
  const { ready, report } = listen(child, onAnswered)
  // Whoever waits for `ready` hears of a failure there.
  report.catch(() => undefined)
  const say = (message: ToClicker) => child.send(message)
  say({ order })
  await Promise.race([ready, report])
  const go = async (): Promise<ClickReport> => {
    say({ go: true })
    const result = await report
    child.disconnect()
    return result
  }
  return { pid: child.pid!, go }
}

function listen(child: ChildProcess, onAnswered: (count: number) => void) {
  let setReady: () => void
  const ready = new Promise<void>((resolve) => {
    setReady = resolve
  })
  const report = new Promise<ClickReport>((resolve, reject) => {
    child.on('message', (message: FromClicker) => {
      if ('ready' in message) setReady()
      else if ('answered' in message) onAnswered(message.answered)
      else if ('report' in message) resolve(message.report)
      else reject(new Error(`load generator: ${message.error}`))
    })
    child.once('exit', (code) => reject(new Error(`a load generator ended with ${code}`)))
  })
  return { ready, report }
}

function merge(reports: ClickReport[]): ClickReport {
  const sum = (pick: (report: ClickReport) => number) =>
    reports.reduce((total, report) => total + pick(report), 0)
  const counts = (pick: (report: ClickReport) => Record<string, number>) => {
    const all: Record<string, number> = {}
    for (const report of reports)
      for (const [key, count] of Object.entries(pick(report))) all[key] = (all[key] ?? 0) + count
    return all
  }
  const latency: Record<string, Latency> = {}
  for (const report of reports)
    for (const [status, part] of Object.entries(report.latency))
      latency[status] = latency[status] === undefined ? part : add(latency[status], part)
  return {
    requests: sum((report) => report.requests),
    statuses: counts((report) => report.statuses),
    reasons: counts((report) => report.reasons),
    failed: sum((report) => report.failed),
    failure: reports.find((report) => report.failure !== undefined)?.failure,
    firstAt: Math.min(...reports.map((report) => report.firstAt)),
    lastAt: Math.max(...reports.map((report) => report.lastAt)),
    latency,
    accepted: reports.flatMap((report) => report.accepted),
    cpuMs: sum((report) => report.cpuMs),
  }
}
