import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sale } from '../../contract/words.ts'
import { hashOf, type PageFile, pageFiles } from './page-files.ts'
import { replaceFile } from './replace-file.ts'

/** What `manifests/ID.json` of the CDN's folder holds. */
export interface Manifest {
  sale: number
  publishedAt: string
  files: { name: string; url: string; bytes: number; zippedBytes: number | null; sha256: string }[]
}

/**
 * Uploads the page of a sale and all that it needs into the folder that a CDN takes its files from. Each file appears
 * whole or not at all, assets before the pages that name them, and the manifest last: what it names is there. Files that
 * hold the same already are left alone, so that a CDN which looks at times has nothing to fetch again.
 */
export async function uploadSale(cdn: string, sale: Sale, built?: string): Promise<Manifest> {
  const files = await pageFiles(sale, built)
  for (const { name, content, zipped } of files) {
    await replaceWhereOther(join(cdn, name), content)
    if (zipped) await replaceWhereOther(join(cdn, `${name}.gz`), zipped)
  }
  const manifest = manifestOf(sale, files)
  await replaceFile(join(cdn, 'manifests', `${sale.id}.json`), Buffer.from(JSON.stringify(manifest, null, 2)))
  return manifest
}

const manifestOf = (sale: Sale, files: PageFile[]): Manifest => ({
  sale: sale.id,
  publishedAt: new Date().toISOString(),
  files: files.map(({ name, url, content, zipped, hash }) => ({
    ...{ name, url, bytes: content.length, zippedBytes: zipped?.length ?? null, sha256: hash },
  })),
})

async function replaceWhereOther(file: string, content: Buffer): Promise<void> {
  const there = await readFile(file).catch(() => undefined)
  if (there === undefined || !there.equals(content)) await replaceFile(file, content)
}

/** What of a sale's manifest is not in the CDN's folder as it says; undefined where there is no manifest. */
export async function checkUpload(cdn: string, sale: number): Promise<string[] | undefined> {
  const text = await readFile(join(cdn, 'manifests', `${sale}.json`), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const wrong: string[] = []
  for (const { name, sha256 } of (JSON.parse(text) as Manifest).files) {
    const content = await readFile(join(cdn, name)).catch(() => undefined)
    if (content === undefined) wrong.push(`${name} is missing`)
    else if (hashOf(content) !== sha256) wrong.push(`${name} is not what was published`)
  }
  return wrong
}
