import { expect } from 'vitest'
import type { Audit } from '../../contract/console/audit.ts'
import { auditSale } from '../../ops/audit/audit-sale.ts'
import { type Stores, writeGoodBooks } from './books.ts'

/** The audit of a sale that there is, with short pauses between its looks. */
export async function auditOf(stores: Stores, sale: number): Promise<Audit> {
  const result = await auditSale(stores, sale, [5, 5])
  if (!result) throw new Error(`no sale ${sale}`)
  return result.audit
}

/** What is broken in good books, and every sentence that must then be told (`#` stands for `ticket SALE-`). */
export type Fault = [name: string, breakIt: (sale: number) => Promise<unknown>, problems: string[]]

/** Breaks good books, and expects the audit to tell these problems and no others. */
export async function expectProblems(
  stores: Stores,
  breakIt: (sale: number) => Promise<unknown>,
  problems: string[],
): Promise<void> {
  const sale = await writeGoodBooks(stores)
  await breakIt(sale)
  const told = await auditOf(stores, sale)
  expect(told.problems).toEqual(problems.map((problem) => problem.replace('#', `ticket ${sale}-`)))
  expect(told.ok).toBe(false)
}
