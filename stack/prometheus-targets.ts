import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '../platform/local-stack/record.ts'
import type { StackPorts } from './addresses.ts'

/** One entry of Prometheus's file_sd: `process` is the name that `status` shows, `role` decides which job takes it. */
export interface MetricsTarget {
  targets: [string]
  labels: { role: string; process: string; __metrics_path__: string }
}

/** Everything of a local stack that tells numbers, as far as its role is started. */
export function metricsTargets(
  ports: StackPorts,
  doors: readonly string[],
  started: (role: Role) => boolean = () => true,
): MetricsTarget[] {
  const target = (role: string, process: string, port: number, path: string): MetricsTarget => ({
    targets: [`127.0.0.1:${port}`],
    labels: { role, process, __metrics_path__: path },
  })
  const doorPorts = [ports, ...ports.moreDoors].map(({ ops }) => ops)
  const all = [
    ...doorPorts.map((port, index) => target('door', doors[index] ?? 'nginx', port, '/metrics')),
    ...ports.gateways.map((port, i) => target('gateway', `gateway-${i + 1}`, port, '/internal/metrics')),
    ...ports.workers.map((port, i) => target('worker', `worker-${i + 1}`, port, '/internal/metrics')),
    target('console', 'console', ports.console, '/internal/metrics'),
    target('rabbitmq', 'rabbitmq', ports.brokerMetrics, '/metrics'),
  ]
  return all.filter(({ labels: { role } }) => started(role === 'door' ? 'nginx' : (role as Role)))
}

/** Writes `DIR/prometheus/targets.json` in one step: a Prometheus that runs reads it anew by itself. */
export function writeMetricsTargets(dir: string, targets: readonly MetricsTarget[]): void {
  const folder = join(dir, 'prometheus')
  mkdirSync(folder, { recursive: true })
  const draft = join(folder, `targets.json.${process.pid}`)
  writeFileSync(draft, `${JSON.stringify(targets, null, 2)}\n`)
  renameSync(draft, join(folder, 'targets.json'))
}
