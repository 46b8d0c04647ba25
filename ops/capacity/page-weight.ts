import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import { InputError } from '../actions/input-error.ts'
import type { Measured } from './read-measured.ts'

const BUILT = join(ROOT, 'web', 'dist')

export interface Page extends Measured {
  /** Requests of one view: the page, and each file that it names. */
  requests: number
}

/** Bytes of a sale's page with all that it names, compressed, as built. Throws InputError where it is not built. */
export function weighPage(built = BUILT): Page {
  try {
    const page = readFileSync(join(built, 'sale.html'), 'utf8')
    const assets = new Set(page.match(/assets\/[\w.-]+\.(?:js|css|svg)/g))
    const files = ['sale.html', ...assets]
    const bytes = files.reduce((sum, file) => sum + statSync(join(built, `${file}.gz`)).size, 0)
    return {
      value: bytes,
      from: `web/dist: sale.html and ${assets.size} assets, gzip`,
      requests: files.length,
    }
  } catch {
    throw new InputError('--page-kb: the pages are not built, so say how large one is')
  }
}
