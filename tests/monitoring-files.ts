import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../platform/root.ts'

export const PROMETHEUS = join(ROOT, 'ops', 'prometheus')
export const GRAFANA = join(ROOT, 'ops', 'grafana')

export interface Alert {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; description: string; runbook_url: string }
}

export interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { uid: string }
  targets?: { expr: string; datasource: { uid: string } }[]
}

export interface Dashboard {
  uid: string
  title: string
  tags: string[]
  panels: Panel[]
  templating: { list: { name: string; allValue: string; query: { query: string } }[] }
}

export const readYaml = <T>(...path: string[]): T => parse(readFileSync(join(...path), 'utf8')) as T

const rulesOf = <T>(file: string): T[] =>
  readYaml<{ groups: { rules: T[] }[] }>(PROMETHEUS, file).groups.flatMap(({ rules }) => rules)

export const readAlerts = (): Alert[] => rulesOf<Alert>('alerts.yml')
export const readRecorded = (): { record: string; expr: string }[] => rulesOf('recording.yml')

export const readDashboards = (): Dashboard[] =>
  readdirSync(join(GRAFANA, 'dashboards')).map(
    (file) => JSON.parse(readFileSync(join(GRAFANA, 'dashboards', file), 'utf8')) as Dashboard,
  )

/** A panel's expressions as Prometheus gets them, with every sale chosen. */
export const expressionsOf = ({ panels }: Dashboard): string[] =>
  panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$sale', '.*')))

/** Metrics that an expression asks for, without what Prometheus makes itself; a histogram by its own name. */
export const metricsIn = (expr: string): string[] =>
  (expr.replaceAll(/"[^"]*"/g, '').match(/\b(sluice|rabbitmq|process|nodejs)_\w+/g) ?? []).map((name) =>
    name.replace(/_(bucket|sum|count)$/, ''),
  )
