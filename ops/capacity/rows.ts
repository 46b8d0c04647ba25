/** What an estimate tells, in its order: what each row is called, and in which unit it is. */
const ROWS = {
  views: ['page views in the peak', '/s'],
  pages: ['of them at the doors', '/s'],
  bandwidth: ['bandwidth for pages', 'Mbit/s'],
  clicks: ['clicks on buy', '/s'],
  places: ['places in the line', 'tickets'],
  joins: ['joins', '/s'],
  orders: ['orders', '/s'],
  polls: ['polls of who waits', '/s'],
  doorWork: ['nginx workers busy', 'cores'],
  doors: ['doors', ''],
  gateways: ['gateways', ''],
  workers: ['workers', ''],
  highestRelease: ['highest safe release', '/s'],
  redisMemory: ['Redis memory for the line', 'MB'],
  mysqlRows: ['rows written into MySQL', '/s'],
  mysqlRowsInAll: ['rows in all', ''],
  mysqlConnections: ['connections at MySQL', ''],
} as const satisfies Record<string, readonly [label: string, unit: string]>

export type RowName = keyof typeof ROWS

export interface Row {
  name: RowName
  label: string
  value: number
  unit: string
  /** The formula, and the file of each measured number in it. */
  from: string
}

export function makeRow(name: RowName, value: number, from: string): Row {
  const [label, unit] = ROWS[name]
  return { name, label, value, unit, from }
}
