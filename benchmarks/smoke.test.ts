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

const proofsOf = (name: string) => report.scenarios.find((one) => one.name === name)!.runs[0]!.proofs

test('main-line: every accepted click is an order, on both sides', () => {
  expect(proofsOf('main-line')).toMatchObject({ accepted: 600, orders: 600, floorOrders: 600 })
})

test('front-door: every reason was given', () => {
  expect(proofsOf('front-door').answers).toBeGreaterThan(0)
})

test('million: every unit has one buyer, and the books say so', () => {
  expect(proofsOf('million')).toMatchObject({ clicks: 4_000, accepted: 40, orders: 40, audit: true })
})

test('drain: what lay in the queue is in MySQL, with each setting', () => {
  const { orders, expected } = proofsOf('drain')
  expect(orders).toBe(expected)
})

test('line-growth: as many wait as shall, and all of them are served', () => {
  expect(proofsOf('line-growth')).toMatchObject({ waiting: 800, wanted: 800, served: 200 })
})

test('waiting-polls: everybody is told his place, by the door or a gateway, and nobody is passed over', () => {
  const { polls, told, passed, waiting, stillWaiting, shortestMs, longestMs } = proofsOf('waiting-polls')
  expect(Number(told) + Number(passed)).toBe(polls)
  // 20 units are held; the door sends the 50 after them, and as many as may come in its margin, to a gateway.
  expect(told).toBeGreaterThan(0)
  expect(passed).toBeGreaterThan(0)
  expect([waiting, stillWaiting]).toEqual([400, 400])
  expect(shortestMs).toBeGreaterThanOrEqual(1_800)
  expect(longestMs).toBeLessThanOrEqual(22_000)
})

test('workers: every click is an order, with any number of processes and sales', () => {
  const { orders, expected } = proofsOf('workers')
  expect(orders).toBe(expected)
})

test('auto-release: what was sold before, while and after MySQL was slow is in the books', () => {
  const { sold, settings } = proofsOf('auto-release')
  expect(sold).toBeGreaterThan(0)
  expect(settings).toBe(2)
})

test('isolation: the shop answers everybody during the flood', () => {
  expect(proofsOf('isolation')).toMatchObject({ visits: 200, orders: 100 })
})

test('baselines: under kill -9 Sluice sells every unit once and loses nobody', () => {
  expect(proofsOf('baselines')).toMatchObject({
    ...{ 'Sluice: sold': 60, 'Sluice: oversold': 0, 'Sluice: unsold': 0, 'Sluice: lost': 0 },
    ...{ 'one transaction: oversold': 0, 'one transaction: lost': 0 },
  })
})

test('the program ends well and leaves a report that needs nothing else', async () => {
  expect(code, said).toBe(0)
  const html = await readFile(join(out, 'report.html'), 'utf8')
  for (const { name } of SCENARIOS) expect(html).toContain(`<h2>${name}</h2>`)
  expect(html).not.toMatch(/src=|href=/)
  expect(await readFile(join(out, 'readme.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
})
