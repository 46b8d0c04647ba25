import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ORDERS_QUEUE, PARKED_QUEUE, SHOP_PARKED_QUEUE } from '../../contract/topology.ts'
import { ROOT } from '../../platform/root.ts'
import { PROMETHEUS, readAlerts, readRecorded, readYaml } from '../../tests/monitoring-files.ts'

const promtool = async (...args: string[]) =>
  (await promisify(execFile)('promtool', args, { cwd: PROMETHEUS })).stdout

const alerts = readAlerts()

test('promtool finds nothing wrong with configuration and rules', async () => {
  // What the file of targets holds is checked where the stack writes it.
  expect(await promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS')
  expect(await promtool('check', 'rules', '--lint-fatal', 'alerts.yml', 'recording.yml')).toContain('SUCCESS')
})

test('every alert fires where it should, and is quiet where it should be', async () => {
  expect(await promtool('test', 'rules', 'alerts_test.yml')).toContain('SUCCESS')
})

test('every alert has a case in which it fires and one in which it does not', () => {
  interface Case {
    promql_expr_test: { expr: string; exp_samples: { value: number }[] }[]
  }
  const { tests } = readYaml<{ tests: Case[] }>(PROMETHEUS, 'alerts_test.yml')
  const cases = tests
    .flatMap(({ promql_expr_test: asked }) => asked)
    .map(({ expr, exp_samples: [sample] }) => {
      const name = /^count\(ALERTS\{alertname="(\w+)",alertstate="firing"\}\) or vector\(0\)$/.exec(expr)
      return `${name?.[1]} ${sample?.value}`
    })
  const wanted = alerts.flatMap(({ alert }) => [`${alert} 1`, `${alert} 0`])
  expect([...new Set(cases)].sort()).toEqual(wanted.sort())
  // Where it waits, one more: a moment before its time is up.
  for (const { alert, for: waits } of alerts)
    if (waits) expect(cases.filter((one) => one === `${alert} 0`).length, alert).toBeGreaterThan(1)
})

test('every alert says how bad it is, what is wrong in numbers, and which section of the handbook helps', () => {
  const handbook = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8')
  const sections = new Set([...handbook.matchAll(/^### (\w+)$/gm)].map(([, title]) => title))
  for (const { alert, labels, annotations } of alerts) {
    expect(['warning', 'critical'], alert).toContain(labels.severity)
    expect(annotations.summary.length, alert).toBeLessThan(120)
    expect(annotations.description.length, alert).toBeGreaterThan(30)
    expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`)
    expect(sections, `docs/operations.md has no "### ${alert}"`).toContain(alert)
  }
  const inNumbers = alerts.filter(({ annotations }) => /\{\{ \$value/.test(JSON.stringify(annotations)))
  expect(inNumbers.length).toBeGreaterThan(20)
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
})

test('queues are called in alerts as in RabbitMQ, and what is recorded is used', () => {
  const text = alerts.map(({ expr }) => expr).join('\n')
  const queues = [...text.matchAll(/queue="([^"]+)"/g)].map(([, name]) => name)
  expect(queues.length).toBeGreaterThan(4)
  for (const queue of queues) expect([ORDERS_QUEUE, PARKED_QUEUE, SHOP_PARKED_QUEUE]).toContain(queue)
  const recorded = readRecorded().map(({ record }) => record)
  for (const name of text.match(/\bsluice:[\w:]+/g) ?? []) expect(recorded).toContain(name)
})
