import { zone } from '../format.ts'
import { localOf, momentOf } from './zoned-time.ts'

/** A sale as it stands in the form: texts, as they were typed. */
export interface Draft {
  title: string
  sku: string
  stock: string
  price: string
  currency: string
  zone: string
  opens: string
  closes: string
  release: 'fixed' | 'auto'
  batch: string
  every: string
  perUser: string
  standby: string
  challenge: string
  payWithin: string
  payUnit: 's' | 'min'
  deduct: string
  holdS: string
}

const HOUR_MS = 3_600_000

/** What a new form holds: opening at the next full hour but one, for a day. */
export function newDraft(now: number): Draft {
  const opens = Math.ceil(now / HOUR_MS) * HOUR_MS + HOUR_MS
  return {
    ...{ title: '', sku: '', stock: '', price: '', currency: 'EUR', zone: zone() },
    ...{
      opens: localOf(opens, zone()).slice(0, 16),
      closes: localOf(opens + 24 * HOUR_MS, zone()).slice(0, 16),
    },
    ...{ release: 'fixed', batch: '10', every: '100', perUser: '1', standby: '20%' },
    ...{ challenge: 'none', payWithin: '15', payUnit: 'min', deduct: 'order', holdS: '60' },
  }
}

/** By field of the API: what is wrong with it, as far as the form can tell; the API has the last word. */
export type Faults = Partial<Record<string, string>>

const WHOLE = /^\d{1,15}$/
const whole = (text: string): number => (WHOLE.test(text.trim()) ? Number(text) : Number.NaN)

/** Digits after the point of a currency, 2 where it is not known. */
export function digitsOf(currency: string): number {
  try {
    const { maximumFractionDigits } = new Intl.NumberFormat('en', {
      style: 'currency',
      currency,
    }).resolvedOptions()
    return maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}

/** Whole cents (the currency's smallest unit) of "199", "199.9" or "199,90"; NaN where it is no price. */
export function centsOf(price: string, currency: string): number {
  const digits = digitsOf(currency)
  const match = /^(\d{1,10})(?:[.,](\d+))?$/.exec(price.trim())
  if (!match || (match[2] ?? '').length > digits) return Number.NaN
  return Number(`${match[1]}${(match[2] ?? '').padEnd(digits, '0')}`)
}

/** Tickets a second; NaN while it can not be told, undefined for auto. */
export const rateOf = ({ release, batch, every }: Draft): number | undefined =>
  release === 'auto' ? undefined : (1000 * whole(batch)) / whole(every)

const STANDBY = /^(\d{1,10})(%?)$/

/** Units that may stand by, of "20%" or "40"; NaN while that can not be told. */
export function standbyOf({ standby, stock }: Draft): number {
  const match = STANDBY.exec(standby.trim())
  if (!match) return Number.NaN
  return match[2] ? Math.ceil((whole(stock) * Number(match[1])) / 100) : Number(match[1])
}

/** Whole seconds of the time to pay; NaN where it is none. */
export const payWithinSOf = ({ payWithin, payUnit }: Draft): number =>
  /^\d{1,9}([.,]\d+)?$/.test(payWithin.trim())
    ? Math.round((payUnit === 'min' ? 60 : 1) * Number(payWithin.trim().replace(',', '.')))
    : Number.NaN

export const opensOf = (draft: Draft): number | undefined => momentOf(draft.opens, draft.zone)
export const closesOf = (draft: Draft): number | undefined => momentOf(draft.closes, draft.zone)

/** What can be seen to be wrong before anything is sent. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {}
  const [opens, closes] = [opensOf(draft), closesOf(draft)]
  const digits = digitsOf(draft.currency)
  if (draft.title.trim() === '') faults.title = 'A sale needs a title: buyers see it.'
  if (!(whole(draft.stock) >= 1)) faults.stock = 'A whole number, 1 or more.'
  if (Number.isNaN(centsOf(draft.price, draft.currency)))
    faults.priceCents = `An amount with at most ${digits} digits after the point.`
  if (opens === undefined) faults.opensAt = 'Clocks in this zone never show this time.'
  if (closes === undefined) faults.closesAt = 'Clocks in this zone never show this time.'
  if (opens !== undefined && closes !== undefined && closes <= opens)
    faults.closesAt = 'Must be later than the opening.'
  const rate = rateOf(draft)
  if (rate !== undefined && !(rate > 0 && Number.isFinite(rate)))
    faults.release = 'Both must be whole numbers, 1 or more.'
  if (!(whole(draft.perUser) >= 1)) faults.perUser = 'A whole number, 1 or more.'
  if (!STANDBY.test(draft.standby.trim())) faults.standby = 'Units (40) or a share of the stock (20%).'
  if (!(payWithinSOf(draft) >= 1)) faults.payWithinS = 'A second or more.'
  if (draft.deduct === 'hold' && !(whole(draft.holdS) >= 1)) faults.holdS = 'Whole seconds, 1 or more.'
  return faults
}

/** The body of `POST /api/sales`. */
export const bodyOf = (draft: Draft) => ({
  title: draft.title.trim(),
  sku: draft.sku || null,
  stock: whole(draft.stock),
  priceCents: centsOf(draft.price, draft.currency),
  currency: draft.currency.trim().toUpperCase(),
  opensAt: new Date(opensOf(draft)!).toISOString(),
  closesAt: new Date(closesOf(draft)!).toISOString(),
  release: draft.release === 'auto' ? 'auto' : `${whole(draft.batch)}/${whole(draft.every)}`,
  perUser: whole(draft.perUser),
  standby: draft.standby.trim(),
  challenge: draft.challenge,
  payWithinS: payWithinSOf(draft),
  deduct: draft.deduct,
  holdS: draft.deduct === 'hold' ? whole(draft.holdS) : null,
})
