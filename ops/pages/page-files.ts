import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sale } from '../../contract/words.ts'
import { BUILT, makeSalePage } from './sale-page.ts'

/** A file of the flash domain as a browser asks for it. */
export interface PageFile {
  /** Its path in the origin folder, such as `sales/7.html`. */
  name: string
  /** What browsers ask for, such as `/sales/7`. */
  url: string
  content: Buffer
  /** The same compressed; absent for what is not worth it. */
  zipped?: Buffer
  /** Of the content, SHA-256, hex. */
  hash: string
}

/** What the page of a sale needs: assets first, then the pages that name them. Throws where nothing is built. */
export async function pageFiles(sale: Sale, built: string = BUILT): Promise<PageFile[]> {
  const names = await readdir(join(built, 'assets')).catch((cause: unknown) => {
    throw new Error(`the pages are not built (no ${join(built, 'assets')}): run "npm run build"`, { cause })
  })
  const assets = names.filter((name) => !name.endsWith('.gz')).map((name) => `assets/${name}`)
  const { page, zipped } = await makeSalePage(sale, built)
  return [
    ...(await Promise.all(assets.map((name) => readBuilt(built, name, `/${name}`)))),
    await readBuilt(built, '404.html'),
    await readBuilt(built, 'index.html', '/'),
    toFile(`sales/${sale.id}.html`, `/sales/${sale.id}`, page, zipped),
  ]
}

/** A page without an address of its own (the 404 page) has the empty one. */
async function readBuilt(built: string, name: string, url = ''): Promise<PageFile> {
  const content = await readFile(join(built, name))
  const zipped = await readFile(join(built, `${name}.gz`)).catch(() => undefined)
  return toFile(name, url, content, zipped)
}

const toFile = (name: string, url: string, content: Buffer, zipped?: Buffer): PageFile => ({
  ...{ name, url, content, hash: hashOf(content) },
  ...(zipped && { zipped }),
})

export const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
