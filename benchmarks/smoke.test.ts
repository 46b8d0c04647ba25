import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../platform/root.ts'
import { SCENARIOS } from './scenarios/all.ts'
import type { BenchReport } from './summary.ts'

/** Every scenario once, with small counts, on one real stack. Nothing here looks at a time. */
let out: string
let report: BenchReport
let code: number | null
let said = ''

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'bench-smoke-'))
  const program = join(ROOT, 'dist', 'benchmarks', 'run.js')
  const bench = spawn(process.execPath, [program, '--quick', '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [bench.stdout, bench.stderr]) {
    stream.on('data', (part: Buffer) => {
      said += part.toString()
    })
  }
  code = await new Promise((resolve) => bench.once('close', resolve))
  const text = await readFile(join(out, 'report.json'), 'utf8').catch(() => undefined)
  if (text === undefined) throw new Error(`the benchmark gave no report:\n${said}`)
  report = JSON.parse(text) as BenchReport
}, 600_000)
afterAll(() => rm(out, { recursive: true, force: true }))

test.each(SCENARIOS.map(({ name }) => name))('%s counts right', (name) => {
  const summary = report.scenarios.find((one) => one.name === name)
  expect(summary, said).toBeDefined()
  expect(summary!.wrong).toEqual([])
  expect(summary!.runs).toHaveLength(1)
  for (const { figures } of summary!.runs)
    for (const [figure, value] of Object.entries(figures)) expect(value, figure).toBeTypeOf('number')
})

test('main-line: every accepted click is an order, on both sides', () => {
  const [run] = report.scenarios.find(({ name }) => name === 'main-line')!.runs
  expect(run!.proofs).toMatchObject({ accepted: 600, orders: 600, floorOrders: 600 })
})

test('the program ends well and leaves a report that needs nothing else', async () => {
  expect(code, said).toBe(0)
  const html = await readFile(join(out, 'report.html'), 'utf8')
  for (const { name } of SCENARIOS) expect(html).toContain(`<h2>${name}</h2>`)
  expect(html).not.toMatch(/src=|href=/)
  expect(await readFile(join(out, 'readme.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
})
