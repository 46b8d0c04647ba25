import { expect, test } from 'vitest'
import { PROMETHEUS, readAlerts, readYaml } from '../tests/monitoring-files.ts'
import type { StackPorts } from './addresses.ts'
import { metricsTargets } from './prometheus-targets.ts'

test('each process of a stack, here and in containers, is asked by exactly one job, RabbitMQ by one more for its queues', () => {
  interface Job {
    job_name: string
    relabel_configs: { source_labels?: string[]; regex?: string }[]
  }
  const { scrape_configs: jobs } = readYaml<{ scrape_configs: Job[] }>(PROMETHEUS, 'prometheus.yml')
  const jobsFor = (role: string) =>
    jobs
      .filter(({ relabel_configs: [first] }) => new RegExp(`^(${first?.regex})$`).test(role))
      .map(({ job_name }) => job_name)
  const more = { flash: 1, flashTls: 2, ops: 3 }
  const ports = {
    ...more,
    gateways: [5, 6],
    workers: [7],
    brokerMetrics: 8,
    console: 9,
    moreDoors: [{ ...more, ops: 4 }],
  }
  const local = metricsTargets(ports as unknown as StackPorts, ['nginx', 'nginx-2'])
  expect(local.map(({ labels, targets }) => `${labels.process} ${targets[0]}`)).toEqual([
    'nginx 127.0.0.1:3',
    'nginx-2 127.0.0.1:4',
    'gateway-1 127.0.0.1:5',
    'gateway-2 127.0.0.1:6',
    'worker-1 127.0.0.1:7',
    'console 127.0.0.1:9',
    'rabbitmq 127.0.0.1:8',
  ])
  const stores = metricsTargets(ports as unknown as StackPorts, [], (role) => role === 'rabbitmq')
  expect(stores.map(({ labels }) => labels.process)).toEqual(['rabbitmq'])
  const containers = readYaml<typeof local>(PROMETHEUS, 'compose-targets.json')
  for (const { labels } of [...local, ...containers]) {
    const own = labels.role === 'rabbitmq' ? ['rabbitmq', 'rabbitmq_queues'] : ['sluice']
    expect(jobsFor(labels.role), labels.process).toEqual(own)
  }
  for (const { alert, expr } of readAlerts())
    for (const [, role] of expr.matchAll(/role="(\w+)"/g))
      expect(jobsFor(role!).length, alert).toBeGreaterThan(0)
})
