import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../platform/root.ts'
import {
  type Dashboard,
  GRAFANA,
  type Panel,
  readDashboards,
  readRecorded,
  readYaml,
} from '../../tests/monitoring-files.ts'

// Grafana itself is not here; its format is checked as far as it is known, and every expression by a real Prometheus in
// tests/stack.

const dashboards = readDashboards()
const panelsOf = (dashboard: Dashboard) => dashboard.panels.filter(({ type }) => type !== 'row')

test('two dashboards, each with an ID, a title, and a link to the other', () => {
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual(['sluice-machine-room', 'sluice-sale'])
  for (const { title, tags } of dashboards) expect([title.length > 5, tags]).toEqual([true, ['sluice']])
})

test('every panel has a number of its own, a title, an expression, and asks the provisioned Prometheus', () => {
  const sources = readYaml<{ datasources: { uid: string; type: string }[] }>(
    GRAFANA,
    'provisioning/datasources/prometheus.yml',
  )
  const [source] = sources.datasources
  expect(source?.type).toBe('prometheus')
  for (const dashboard of dashboards) {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(panels.map(({ title }) => title)).size, dashboard.title).toBe(panels.length)
    for (const { title, datasource, targets = [] } of panelsOf(dashboard)) {
      expect(targets.length, title).toBeGreaterThan(0)
      expect(datasource?.uid).toBe(source?.uid)
      for (const target of targets) {
        expect(target.datasource.uid).toBe(source?.uid)
        expect(target.expr, title).not.toMatch(/\$(?!sale\b)/)
      }
    }
    for (const { name, query } of dashboard.templating.list) {
      expect([name, query.query]).toEqual(['sale', 'label_values(sluice_sale_stock_units, sale)'])
    }
  }
})

test('panels lie on the grid of 24 columns and none covers another', () => {
  const cover = (a: Panel['gridPos'], b: Panel['gridPos']) =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
  for (const { panels } of dashboards)
    for (const [i, one] of panels.entries()) {
      expect(one.gridPos.x + one.gridPos.w, one.title).toBeLessThanOrEqual(24)
      for (const other of panels.slice(i + 1))
        expect(cover(one.gridPos, other.gridPos), `${one.title} / ${other.title}`).toBe(false)
    }
})

test('what a panel reads as recorded is recorded, and Grafana finds its files where Compose lays them', () => {
  const recorded = readRecorded().map(({ record }) => record)
  const text = JSON.stringify(dashboards)
  for (const [name] of text.matchAll(/\bsluice:[\w:]+/g)) expect(recorded).toContain(name)
  for (const name of recorded) expect(text, `${name} is recorded for nothing`).toContain(name)
  const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { volumes: string[]; environment: Record<string, string> }>
  }
  const { providers } = readYaml<{ providers: { options: { path: string } }[] }>(
    GRAFANA,
    'provisioning/dashboards/sluice.yml',
  )
  const { volumes, environment } = compose.services.grafana!
  expect(volumes).toContain(`./ops/grafana/dashboards:${providers[0]?.options.path}:ro`)
  expect(volumes).toContain('./ops/grafana/provisioning:/etc/grafana/provisioning:ro')
  expect(environment.PROMETHEUS_URL).toBe('http://prometheus:9090')
  expect(compose.services.prometheus?.volumes).toContain(
    './ops/prometheus/compose-targets.json:/etc/prometheus/targets.json:ro',
  )
})
