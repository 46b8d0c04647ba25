import type { Summary } from '../summary.ts'

export interface Stage {
  label: string
  /** CPU for one order, µs. */
  us: number
  /** Within the stage before it: not to be added up. */
  part: boolean
}

const STAGES: [process: string, label: string][] = [
  ['nginx', 'nginx: the funnel, the proxy'],
  ['gateway', 'gateways: HTTP, join, ticket, release, publish'],
  ['redis', 'Redis: scripts, the append-only file'],
  ['rabbitmq', 'RabbitMQ: quorum queue, confirm, delivery'],
  ['worker', 'workers: reserve, record, ack'],
  ['mysql', 'MySQL: one transaction a batch, binlog'],
]

const SCRIPTS: [table: string, label: string][] = [
  ['join', 'join'],
  ['release', 'release'],
  ['reserve', 'reserve'],
  ['fate', 'record the fate'],
]

/** The way of one click by CPU: from the main line's processes, with the scripts' own times from line-growth. */
export function clickStages(summaries: Summary[]): Stage[] {
  const find = (name: string) => summaries.find((one) => one.name === name)
  const cpu = find('main-line')?.tables.cpu?.rows
  if (!cpu) return []
  const scripts = find('line-growth')?.tables
  return STAGES.flatMap(([process, label]): Stage[] => {
    const us = Object.entries(cpu)
      .filter(([name]) => name.replace(/-\d+$/, '') === process)
      .reduce((sum, [, { median }]) => sum + median, 0)
    const parts =
      process !== 'redis' || !scripts
        ? []
        : SCRIPTS.flatMap(([table, name]): Stage[] => {
            const [first] = Object.values(scripts[table]?.rows ?? {})
            return first ? [{ label: name, us: first.median, part: true }] : []
          })
    return [{ label, us, part: false }, ...parts]
  })
}
