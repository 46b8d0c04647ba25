import {
  CHALLENGES,
  type Challenge,
  DEDUCTIONS,
  type Deduction,
  type ReleaseRate,
} from '../../contract/words.ts'

import { InputError } from '../actions/input-error.ts'
import { isSku, SKU_RULE } from '../inventory/sku.ts'

/** What an operator says of a new sale; the rest has defaults. Times are ms since 1970, money is whole cents. */
export interface SaleInput {
  title: string
  stock: number
  priceCents: number
  currency?: string | undefined
  opensAt?: number | undefined
  closesAt?: number | undefined
  release?: ReleaseRate | undefined
  perUser?: number | undefined
  challenge?: Challenge | undefined
  payWithinS?: number | undefined
  deduct?: Deduction | undefined
  /** How long an order is held before its buyer opens a payment; only with `deduct` hold. */
  holdS?: number | undefined
  /** Units, or a share of the stock, rounded up. */
  standby?: number | { percent: number } | undefined
  /** The article of the shop's inventory that the stock is taken from. */
  sku?: string | undefined
}

export interface CompleteSale extends Required<Omit<SaleInput, 'holdS' | 'sku'>> {
  currency: string
  opensAt: number
  closesAt: number
  release: ReleaseRate
  perUser: number
  challenge: Challenge
  payWithinS: number
  deduct: Deduction
  /** Set exactly where `deduct` is hold. */
  holdS: number | undefined
  standby: number
  sku: string | undefined
}

const DAY_MS = 86_400_000
const MOST = 1_000_000_000
const HOLD_S = 60

/** Fills in the defaults and checks every setting; throws {@link InputError}. */
export function completeSale(input: SaleInput, nowMs: number): CompleteSale {
  const opensAt = input.opensAt ?? nowMs
  const standby = input.standby ?? { percent: 20 }
  const deduct = input.deduct ?? 'order'
  const sale: CompleteSale = {
    title: input.title,
    stock: input.stock,
    priceCents: input.priceCents,
    currency: input.currency ?? 'EUR',
    opensAt,
    closesAt: input.closesAt ?? opensAt + DAY_MS,
    release: input.release ?? { batch: 10, everyMs: 100 },
    perUser: input.perUser ?? 1,
    challenge: input.challenge ?? 'none',
    payWithinS: input.payWithinS ?? 900,
    deduct,
    holdS: input.holdS ?? (deduct === 'hold' ? HOLD_S : undefined),
    standby: typeof standby === 'number' ? standby : Math.ceil((input.stock * standby.percent) / 100),
    sku: input.sku,
  }
  const rules: [option: string, holds: boolean, right: string][] = [
    ['title', sale.title.trim() !== '', 'not empty'],
    ['title', [...sale.title].length <= 200, '200 characters or less'],
    ['title', !/[\p{Cc}\p{Cs}]/u.test(sale.title), 'without control characters'],
    ['stock', isWhole(sale.stock, 1, MOST), `a whole number from 1 to ${MOST}`],
    // A provider takes no payment of nothing, so an order at 0 could never be paid.
    ['price', isWhole(sale.priceCents, 1, MOST), `whole cents from 1 to ${MOST}`],
    ['currency', /^[A-Z]{3}$/.test(sale.currency), 'three capital letters such as EUR'],
    ['opens-at', isTime(sale.opensAt), 'a time before the year 9999'],
    ['closes-at', isTime(sale.closesAt), 'a time before the year 9999'],
    ['closes-at', sale.closesAt > sale.opensAt, 'later than opens-at'],
    ['release', isRate(sale.release), 'BATCH/MS, both whole and 1 or more, or auto'],
    ['per-user', isWhole(sale.perUser, 1, 1000), 'a whole number from 1 to 1000'],
    ['challenge', CHALLENGES.includes(sale.challenge), `one of ${CHALLENGES.join(', ')}`],
    ['pay-within', isWhole(sale.payWithinS, 1, 30 * 86_400), 'whole seconds from 1 to 2592000 (30 days)'],
    ['deduct', DEDUCTIONS.includes(sale.deduct), `one of ${DEDUCTIONS.join(', ')}`],
    ['hold', sale.holdS === undefined || deduct === 'hold', 'left out unless --deduct is hold'],
    ['hold', isHold(sale), 'whole seconds from 1, and less than --pay-within'],
    ['standby', isWhole(sale.standby, 0, MOST), 'units (50) or a share of the stock (20%), 0 or more'],
    ['sku', sale.sku === undefined || isSku(sale.sku), SKU_RULE],
  ]
  const broken = rules.filter(([, holds]) => !holds)
  if (broken.length === 0) return sale
  const [first] = broken.map(([option, , right]) => `--${option} must be ${right}`)
  throw new InputError(
    first!,
    broken.map(([option, , right]) => ({
      field: FIELDS[option] ?? option,
      message: `must be ${inWords(right)}`,
    })),
  )
}

/** A form has no options: what they are called is said in words. */
const inWords = (right: string): string =>
  right
    .replace('opens-at', 'the opening')
    .replace('--pay-within', 'the time to pay')
    .replace('left out unless --deduct is hold', 'empty unless units are held for a short time')

/** The fields of {@link SaleInput} whose option has another name. */
const FIELDS: Record<string, string> = {
  ...{ price: 'priceCents', 'opens-at': 'opensAt', 'closes-at': 'closesAt', 'per-user': 'perUser' },
  ...{ 'pay-within': 'payWithinS', hold: 'holdS' },
}

const isWhole = (value: number, least: number, most: number) =>
  Number.isSafeInteger(value) && value >= least && value <= most

/** A hold that is as long as the time to pay would be no hold: opening a payment must give more time. */
const isHold = ({ holdS, payWithinS }: CompleteSale) =>
  holdS === undefined || (isWhole(holdS, 1, MOST) && holdS < payWithinS)

const isTime = (ms: number) => Number.isSafeInteger(ms) && ms >= 0 && ms < Date.UTC(9999, 0)

const isRate = (rate: ReleaseRate) =>
  rate === 'auto' || (isWhole(rate.batch, 1, 100_000) && isWhole(rate.everyMs, 1, 3_600_000))
