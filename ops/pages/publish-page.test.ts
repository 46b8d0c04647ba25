import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Sale } from '../../contract/words.ts'
import { ROOT } from '../../platform/root.ts'
import { publishAssets, publishSalePage } from './publish-page.ts'
import { fillTemplate } from './sale-page.ts'

const sale: Sale = {
  id: 12,
  title: 'Kettle',
  priceCents: 4900,
  currency: 'EUR',
  stock: 200,
  sold: 0,
  perUser: 1,
  standby: 40,
  release: { batch: 10, everyMs: 100 },
  paid: 0,
  deduct: 'order',
  holdS: undefined,
  payWithinS: 900,
  challenge: 'none',
  opensAt: Date.UTC(2030, 0, 2, 10, 0, 0),
  closesAt: Date.UTC(2030, 0, 2, 11, 30, 0),
  phase: 'published',
  version: 1,
  epoch: 1,
  numbersLeased: 0,
  ticketsExpireS: 1_900_000_000,
  sku: undefined,
  rehearsalOf: undefined,
}

let folder: string
let built: string
let www: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-page-'))
  built = join(folder, 'built')
  www = join(folder, 'www')
  await mkdir(join(built, 'assets'), { recursive: true })
  const files = {
    'index.html': 'list',
    '404.html': 'lost',
    'assets/sale-abc.js': 'js',
    'sale.html': '<h1>{{title}}</h1>',
  }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(built, name), text)
    await writeFile(join(built, `${name}.gz`), gzipSync(text))
  }
})

afterEach(() => rm(folder, { recursive: true }))

const read = (name: string) => readFile(join(www, name), 'utf8')
const template = () => readFile(join(ROOT, 'web', 'sale.html'), 'utf8')

test('a sale page holds the title, the price and the times, plain and compressed alike', async () => {
  await writeFile(join(built, 'sale.html'), await template())
  await publishSalePage(www, sale, built)
  const page = await read('sales/12.html')
  expect(page).toContain('<h1>Kettle</h1>')
  expect(page).toContain('€49.00')
  expect(page).toContain(`data-opens-at="${sale.opensAt}"`)
  expect(page).toContain('datetime="2030-01-02T11:30:00.000Z"')
  expect(page).toContain('Wed 2 Jan, 10:00 UTC')
  expect(page).not.toContain('{{')
  expect(gunzipSync(await readFile(join(www, 'sales/12.html.gz'))).toString()).toBe(page)
})

test('a title that holds markup is shown, not run', async () => {
  const title = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp; {{price}} $& $1`
  const page = fillTemplate(await template(), { ...sale, title })
  expect(page).not.toContain('<script>alert')
  expect(page).not.toContain('<img')
  // Every place the title goes to, an attribute among them, holds it in this one escaped form.
  const escaped =
    '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp; {{price}} $&amp; $1'
  expect(page.split(escaped)).toHaveLength((await template()).split('{{title}}').length)
})

test('a name that the template holds and nobody fills is an error, not a hole in the page', () => {
  expect(() => fillTemplate('<p>{{colour}}</p>', sale)).toThrow('{{colour}}')
})

test('publishing again replaces the page and leaves no temporary file', async () => {
  await publishSalePage(www, sale, built)
  await Promise.all([1, 2, 3, 4].map((n) => publishSalePage(www, { ...sale, title: `Kettle ${n}` }, built)))
  expect(await read('sales/12.html')).toMatch(/^<h1>Kettle [1-4]<\/h1>$/)
  expect((await readdir(join(www, 'sales'))).sort()).toEqual(['12.html', '12.html.gz'])
})

test('a reader never sees half a page', async () => {
  await writeFile(join(built, 'sale.html'), `{{title}}${'x'.repeat(4_000_000)}end`)
  await publishSalePage(www, sale, built)
  let writing = true
  const writer = (async () => {
    for (let i = 0; i < 10; i++) await publishSalePage(www, sale, built)
    writing = false
  })()
  let reads = 0
  while (writing) {
    expect((await read('sales/12.html')).endsWith('end')).toBe(true)
    reads++
  }
  await writer
  expect(reads).toBeGreaterThan(3)
})

test('assets, list and 404 page are copied with their .gz; assets of an older build stay', async () => {
  await mkdir(join(www, 'assets'), { recursive: true })
  await writeFile(join(www, 'assets', 'sale-old.js'), 'old')
  await publishAssets(www, built)
  expect((await readdir(www)).sort()).toEqual([
    '404.html',
    '404.html.gz',
    'assets',
    'index.html',
    'index.html.gz',
  ])
  expect((await readdir(join(www, 'assets'))).sort()).toEqual([
    'sale-abc.js',
    'sale-abc.js.gz',
    'sale-old.js',
  ])
  expect(await read('index.html')).toBe('list')
})

test('without a build, the error says what to do', async () => {
  await expect(publishAssets(www, join(folder, 'nowhere'))).rejects.toThrow('npm run build')
})
