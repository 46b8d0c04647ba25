import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Audit } from '../../contract/console/audit.ts'
import type { Sample } from '../../contract/console/sample.ts'
import type { Settlement } from '../../contract/console/settlement.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { type Db, select } from '../../platform/mysql.ts'
import { ROOT } from '../../platform/root.ts'
import { auditSale } from '../audit/audit-sale.ts'
import { readCounts, type SaleCounts } from '../doors/read-counts.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { readSettlement } from '../settlement/read-settlement.ts'
import { type Course, readCourse } from './read-course.ts'
import { type Fairness, readFairness } from './read-fairness.ts'
import { type Money, readMoney } from './read-money.ts'
import { type Entry, readTimeline } from './read-timeline.ts'
import { readWaits, type Waits } from './read-waits.ts'
import { readAllSamples } from './sample-series.ts'

/** Everything that the evidence of a sale says. */
export interface Evidence {
  at: number
  sale: Sale
  audit: Audit
  unchecked: string | undefined
  settlement: Settlement | undefined
  course: Course
  timeline: Entry[]
  fairness: Fairness
  waits: Waits | undefined
  money: Money
  samples: Sample[]
  /** Undefined where no console has heard of a door that counted this sale. */
  counts: SaleCounts | undefined
  versions: [string, string][]
}

/**
 * Gathers the evidence of a sale, from MySQL alone but for the audit of one that still lives: of a settled sale the same
 * numbers come again at any later time (the samples as long as they are kept; doors count clicks for ten minutes after its end). Throws Problem `unknown_sale`.
 */
export async function gatherEvidence(stores: SaleStores, id: number): Promise<Evidence> {
  const { mysql } = stores
  const sale = await readSale(mysql, id)
  const audited = sale && (await auditSale(stores, id))
  if (!sale || !audited) throw unknownSale(id)
  const course = await readCourse(mysql, id, sale.stock)
  const samples = await readAllSamples(mysql, id)
  return {
    ...{ at: Date.now(), sale, audit: audited.audit, unchecked: audited.unchecked, course, samples },
    settlement: await readSettlement(mysql, id),
    timeline: await readTimeline(mysql, sale, course),
    fairness: await readFairness(mysql, id),
    waits: await readWaits(mysql, id, samples),
    money: await readMoney(mysql, id),
    counts: await readCounts(mysql, id),
    versions: await readVersions(mysql),
  }
}

async function readVersions(db: Db): Promise<[string, string][]> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const [mysql] = await select<{ version: string }>(db, 'SELECT VERSION() AS version')
  const [schema] = await select<{ name: string | null }>(db, 'SELECT MAX(name) AS name FROM migrations')
  return [
    ['Sluice', version],
    ['Node.js', process.versions.node],
    ['MySQL', mysql?.version ?? ''],
    ['schema', schema?.name ?? ''],
  ]
}
