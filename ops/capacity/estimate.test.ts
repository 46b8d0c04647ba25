import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../command-line.ts'
import { type CapacityInput, type Estimate, estimate, releaseFor } from './estimate.ts'
import { readMeasured } from './read-measured.ts'

/** Round numbers, so that everything below can be reckoned in the head. */
const MEASURED = {
  'front-door': { figures: { bare: 100_000 }, rates: { 'too_many_requests, token never seen': 40_000 } },
  'waiting-polls': { figures: { perSecond: 10_000, delay: 20 } },
  workers: { figures: { one: 1_000 } },
  drain: { figures: { orders: 5_000 }, sweep: { '1 worker, 100 orders or 100 ms': 2_000 } },
  'main-line': { figures: { orders: 800 }, cpu: { redis: 50 } },
  'line-growth': { figures: { bytes: 100 } },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'measured-'))
  for (const [name, { figures, ...tables }] of Object.entries(MEASURED)) {
    const median = (list: object) =>
      Object.fromEntries(Object.entries(list).map(([key, value]) => [key, { median: value }]))
    const scenario = {
      name,
      figures: median(figures),
      tables: Object.fromEntries(Object.entries(tables).map(([key, rows]) => [key, { rows: median(rows) }])),
    }
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ scenarios: [scenario] }))
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const INPUT: CapacityInput = {
  ...{
    dailyViews: 86_400_000,
    peakShare: 0.8,
    peakWindowS: 17_280,
    safety: 2,
    buyShare: 0.25,
    cdnShare: 0.5,
  },
  ...{ stock: 10_000, standby: 2_000, sellWithinS: 20, doorCores: 2, headroom: 0.5 },
}
const PAGE = { value: 10_000, from: 'a test', requests: 4 }

const valuesOf = ({ rows }: Estimate) => Object.fromEntries(rows.map(({ name, value }) => [name, value]))

test('the formula of the field: 80 % of the day in a fifth of it, times the safety factor', () => {
  // 86.4 million × 0.8 ÷ 17,280 s = 4,000 a second, twice that for safety.
  expect(valuesOf(estimate(INPUT, readMeasured(folder), PAGE))).toMatchObject({
    views: 8_000,
    pages: 4_000,
    // 4,000 × 10,000 bytes × 8 bits
    bandwidth: 320,
    clicks: 2_000,
    places: 12_000,
    joins: 2_000,
    // 10,000 ÷ 20 s
    orders: 500,
    // 12,000 ÷ 20 s
    polls: 600,
    redisMemory: 1.2,
    mysqlRows: 500,
    mysqlRowsInAll: 12_000,
  })
})

test('how many of everything, from what was measured, with half of it free, and two at least', () => {
  const found = estimate(INPUT, readMeasured(folder), PAGE)
  // 16,000 ÷ 100,000 + 2,000 ÷ 40,000 + 600 ÷ 10,000
  expect(valuesOf(found).doorWork).toBeCloseTo(0.16 + 0.05 + 0.06)
  // joins: 2,000 ÷ (1,000 × 0.5); orders: 500 ÷ (2,000 × 0.5), two at least; the line: 800 × 0.5
  expect(found.plan).toEqual({ doors: 2, gateways: 4, workers: 2, release: '40/100' })
  expect(valuesOf(found)).toMatchObject({ highestRelease: 400, mysqlConnections: 4 * 6 + 10 })
})

test('what fills up first, and that it is too much', () => {
  const { parts, fits } = estimate(INPUT, readMeasured(folder), PAGE)
  expect(parts.map(({ part, utilisation }) => [part, Number(utilisation.toFixed(4))])).toEqual([
    ['the whole line on one machine', 0.625],
    ['gateways', 0.5],
    ['workers', 0.125],
    ['MySQL', 0.1],
    ['Redis', 0.1],
    ['doors', 0.0675],
  ])
  expect(fits).toBe(false)
  const slower = estimate({ ...INPUT, sellWithinS: 25 }, readMeasured(folder), PAGE)
  expect([slower.fits, slower.plan.release]).toEqual([true, '40/100'])
})

test('a crowd for few units: no more joins in a second than places, no more orders than clicks', () => {
  const few = estimate({ ...INPUT, stock: 100, standby: 20, sellWithinS: 1 }, readMeasured(folder), PAGE)
  expect(valuesOf(few)).toMatchObject({ joins: 120, orders: 100, places: 120 })
  const quiet = estimate({ ...INPUT, dailyViews: 43_200 }, readMeasured(folder), PAGE)
  // 43,200 × 0.8 ÷ 17,280 × 2 = 4 views, 1 click a second
  expect(valuesOf(quiet)).toMatchObject({ views: 4, clicks: 1, joins: 1, orders: 1 })
  expect(quiet.plan.release).toBe('1/1000')
})

test('every number says where it comes from', () => {
  const { rows } = estimate(INPUT, readMeasured(folder), PAGE)
  for (const { name, from } of rows) expect(from.length, name).toBeGreaterThan(5)
  const all = rows.map(({ from }) => from).join('\n')
  for (const name of Object.keys(MEASURED).filter((one) => one !== 'drain' && one !== 'workers'))
    if (name !== 'main-line') expect(all).toContain(`${name}.json`)
  for (const file of ['main-line.json: orders', 'workers.json: one', 'drain.json: 1 worker'])
    expect(all).toContain(file)
})

test.each([
  [5_000, '500/100'],
  [10, '1/100'],
  [11, '2/100'],
  [4, '1/250'],
  [0.5, '1/2000'],
])('%s tickets a second are released as %s', (perSecond, text) => expect(releaseFor(perSecond)).toBe(text))

async function run(...words: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const code = await runCommandLine(['capacity', ...words], { env: {}, out, err })
  out.end()
  err.end()
  return { code, out: await text(out), err: await text(err) }
}

const ASKED = [
  '--daily-views',
  '86400000',
  '--stock',
  '10000',
  '--page-kb',
  '10',
  '--cdn-share',
  '50%',
  '--safety',
  '2',
]

test('the command: options as written, JSON and text, and 1 where it is too much', async () => {
  const options = [
    ...ASKED,
    '--buy-share',
    '0.25',
    '--standby',
    '2000',
    '--sell-within',
    '20s',
    '--results',
    folder,
  ]
  const told = await run(...options, '--json')
  expect(told.code).toBe(1)
  const found = JSON.parse(told.out) as Estimate & { input: CapacityInput }
  expect(found.input).toEqual(INPUT)
  expect(found.plan.gateways).toBe(4)
  const plain = await run(...options, '--sell-within', '1m')
  expect([plain.code, plain.err]).toEqual([0, ''])
  expect(plain.out).toMatch(/page views in the peak +8,000 \/s +daily views × peak share/)
  expect(plain.out).toContain('Plan: 2 doors with 2 nginx workers, 4 gateways, 2 workers, --release 17/100.')
})

test('with the results of this repository', async () => {
  const { code, out } = await run('--daily-views', '5000000', '--stock', '10000', '--page-kb', '20')
  expect([code, out.includes('main-line.json: orders')]).toEqual([0, true])
})

test.each([
  [['--daily-views', '0'], '--daily-views'],
  [['--daily-views', '1e6'], '--daily-views'],
  [['--peak-share', '0'], '--peak-share'],
  [['--peak-share', '120%'], '--peak-share'],
  [['--peak-window', '2d'], '--peak-window'],
  [['--peak-window', '25h'], '--peak-window'],
  [['--safety', '0.5'], '--safety'],
  [['--buy-share', 'some'], '--buy-share'],
  [['--sell-within', '0'], '--sell-within'],
  [['--cdn-share', '-1'], '--cdn-share'],
  [['--headroom', '0%'], '--headroom'],
  [['--door-cores', '0'], '--door-cores'],
  [['--standby', 'many'], '--standby'],
  [['--page-kb', '0'], '--page-kb'],
  [['--results', '/nowhere'], '--results'],
])('wrong input is refused by its option: %j', async (words, option) => {
  const { code, out, err } = await run(...ASKED, ...words)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(option)
})

test('a result that is missing is named', () => {
  writeFileSync(join(folder, 'drain.json'), '{"scenarios":[]}')
  expect(() => readMeasured(folder)).toThrow(/drain\.json holds no 1 worker/)
})
