import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sale } from '../../contract/words.ts'
import { pageFiles } from '../../ops/pages/page-files.ts'
import { prewarm } from '../../ops/pages/prewarm.ts'
import { publishAssets, publishSalePage } from '../../ops/pages/publish-page.ts'
import { readOrigin } from '../../ops/pages/read-origin.ts'
import { checkUpload, type Manifest, uploadSale } from '../../ops/pages/upload-sale.ts'
import { choosePort } from '../../stack/ports.ts'
import { type LentDoor, lendDoor } from './lend-door.ts'

const sale = { id: 7, title: 'Lamp <b>', priceCents: 990, currency: 'EUR', perUser: 1 } as Sale
Object.assign(sale, { opensAt: Date.UTC(2030, 0, 2, 10), closesAt: Date.UTC(2030, 0, 2, 11) })

let folder: string
let built: string
let www: string
let door: LentDoor
let url: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-prewarm-'))
  built = join(folder, 'built')
  await mkdir(join(built, 'assets'), { recursive: true })
  const filling = 'x'.repeat(3_000)
  const files = {
    'index.html': `list ${filling}`,
    '404.html': `lost ${filling}`,
    'assets/sale-abc.js': `// ${filling}`,
    'sale.html': `<h1>{{title}}</h1>${filling}<script src="/assets/sale-abc.js">`,
  }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(built, name), text)
    await writeFile(join(built, `${name}.gz`), gzipSync(text))
  }
  door = await lendDoor()
  url = `http://127.0.0.1:${door.flash}`
  www = join(door.run, 'www')
})
afterAll(async () => {
  await door?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function publish(): Promise<void> {
  await publishAssets(www, built)
  await publishSalePage(www, sale, built)
}
const warm = async (...doors: string[]) => prewarm(doors, await pageFiles(sale, built))

test('every door is asked for every page and asset: status, encoding, content', async () => {
  await publish()
  const [warmed] = await warm(url)
  expect(warmed).toMatchObject({ door: url, ok: true })
  expect(warmed!.files.map((file) => file.url)).toEqual(['/assets/sale-abc.js', '/', '/sales/7'])
  for (const file of warmed!.files) {
    expect(file).toMatchObject({ status: 200, encoding: 'gzip' })
    expect(file.bytes).toBeLessThan(1_000)
  }
})

test('what is missing, old or not compressed is named with its door', async () => {
  await publish()
  await rm(join(www, 'assets/sale-abc.js'))
  await rm(join(www, 'assets/sale-abc.js.gz'))
  await rm(join(www, 'index.html.gz'))
  await publishSalePage(www, { ...sale, title: 'an older title' }, built)
  const [warmed] = await warm(url)
  expect(warmed!.ok).toBe(false)
  expect(Object.fromEntries(warmed!.files.map((file) => [file.url, file.problem]))).toEqual({
    '/assets/sale-abc.js': 'answered 404',
    '/': 'came as identity, though it is there compressed',
    '/sales/7': 'is not what was published',
  })
})

test('a door that is down is named, and does not keep the others from being asked', async () => {
  await publish()
  const dead = `http://127.0.0.1:${await choosePort()}`
  const [down, up] = await warm(dead, url)
  expect(up!.ok).toBe(true)
  expect(down).toMatchObject({ door: dead, ok: false, files: [] })
  expect(down!.problem).toContain(`${dead} does not answer`)
})

test('the CDN gets assets, pages and a manifest that holds; again, only what changed is written', async () => {
  const cdn = join(folder, 'cdn')
  expect(await checkUpload(cdn, 7)).toBeUndefined()
  await uploadSale(cdn, sale, built)
  const manifest = JSON.parse(await readFile(join(cdn, 'manifests/7.json'), 'utf8')) as Manifest
  expect(manifest.files.map(({ name }) => name)).toEqual([
    ...['assets/sale-abc.js', '404.html', 'index.html', 'sales/7.html'],
  ])
  const page = await readFile(join(cdn, 'sales/7.html'), 'utf8')
  expect(page).toContain('<h1>Lamp &lt;b&gt;</h1>')
  expect(gunzipSync(await readFile(join(cdn, 'sales/7.html.gz'))).toString()).toBe(page)
  expect(await checkUpload(cdn, 7)).toEqual([])

  const before = await stat(join(cdn, 'assets/sale-abc.js'))
  await uploadSale(cdn, { ...sale, title: 'Lamp' }, built)
  expect((await stat(join(cdn, 'assets/sale-abc.js'))).ino).toBe(before.ino)
  expect(await readFile(join(cdn, 'sales/7.html'), 'utf8')).toContain('<h1>Lamp</h1>')
  expect((await readdir(join(cdn, 'sales'))).sort()).toEqual(['7.html', '7.html.gz'])

  await writeFile(join(cdn, 'index.html'), 'something else')
  await rm(join(cdn, '404.html'))
  expect(await checkUpload(cdn, 7)).toEqual([
    ...['404.html is missing', 'index.html is not what was published'],
  ])
})

test('the addresses of the doors are read, or refused with their name', () => {
  const config = { SLUICE_CDN_DIR: '', SLUICE_DOORS: 'http://a:1/,https://b' }
  expect(readOrigin(config)).toEqual({ cdn: undefined, doors: ['http://a:1', 'https://b'] })
  expect(readOrigin({ SLUICE_CDN_DIR: '/cdn', SLUICE_DOORS: '' })).toEqual({ cdn: '/cdn', doors: [] })
  const wrong = { SLUICE_CDN_DIR: '', SLUICE_DOORS: 'http://a:1,b:2' }
  expect(() => readOrigin(wrong)).toThrow('SLUICE_DOORS: b:2')
})
