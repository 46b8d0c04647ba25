import { ALL_FAULTS } from './faults/all.ts'
import type { Wrong } from './model/problem.ts'
import type { SeedResult } from './run-seed.ts'

interface Row {
  struck: number
  hit: number
  slowestMs: number
  wrong: Record<string, number>
}

const COLUMNS: readonly Wrong[] = ['oversold', 'unsold', 'lost', 'duplicate']

/** What happened with each fault; a problem counts for every fault of its seed. */
export function tally(results: SeedResult[]): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const { strikes, problems } of results) {
    for (const { fault, hit, recoveryMs } of strikes) {
      const row = rows.get(fault) ?? { struck: 0, hit: 0, slowestMs: 0, wrong: {} }
      row.struck++
      if (hit) row.hit++
      row.slowestMs = Math.max(row.slowestMs, recoveryMs ?? Number.POSITIVE_INFINITY)
      for (const { kind } of problems) row.wrong[kind] = (row.wrong[kind] ?? 0) + 1
      rows.set(fault, row)
    }
  }
  return rows
}

/** Faults that struck, but never while there was something to hit. */
export const neverHit = (results: SeedResult[]): string[] =>
  [...tally(results)].filter(([, { hit }]) => hit === 0).map(([fault]) => fault)

export function table(results: SeedResult[]): string {
  const rows = tally(results)
  const lines = [['fault', 'struck', 'hit', ...COLUMNS, 'other', 'slowest recovery']]
  for (const { name } of ALL_FAULTS) {
    const row = rows.get(name)
    if (!row) continue
    const known = COLUMNS.map((column) => row.wrong[column] ?? 0)
    const all = Object.values(row.wrong).reduce((sum, count) => sum + count, 0)
    const other = all - known.reduce((sum, count) => sum + count, 0)
    const slowest = Number.isFinite(row.slowestMs) ? `${(row.slowestMs / 1_000).toFixed(1)} s` : 'never'
    lines.push([name, ...[row.struck, row.hit, ...known, other].map(String), slowest])
  }
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  return lines
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n')
}
