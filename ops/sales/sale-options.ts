import { InvalidArgumentError } from 'commander'
import {
  CHALLENGES,
  type Challenge,
  DEDUCTIONS,
  type Deduction,
  type ReleaseRate,
} from '../../contract/words.ts'

/** How the command line writes the settings of a sale. Each throws commander's error, which names the option. */

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/

/** `+SECONDS` from now, or ISO 8601 with its zone; gives ms since 1970. */
export const time = (text: string): number => {
  const ms = /^\+\d{1,9}(\.\d{1,3})?$/.test(text)
    ? Date.now() + Math.round(Number(text) * 1000)
    : ISO.test(text)
      ? Date.parse(text)
      : Number.NaN
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('It must be +SECONDS from now or a time such as 2030-01-31T10:00:00Z.')
  }
  return ms
}

export const release = (text: string): ReleaseRate => {
  if (text === 'auto') return 'auto'
  const match = /^([1-9]\d{0,5})\/([1-9]\d{0,6})$/.exec(text)
  if (!match) throw new InvalidArgumentError('It must be BATCH/MS, both whole and 1 or more, or auto.')
  return { batch: Number(match[1]), everyMs: Number(match[2]) }
}

export const challenge = (text: string): Challenge => {
  const found = CHALLENGES.find((known) => known === text)
  if (!found) throw new InvalidArgumentError(`It must be one of ${CHALLENGES.join(', ')}.`)
  return found
}

export const deduct = (text: string): Deduction => {
  const found = DEDUCTIONS.find((known) => known === text)
  if (!found) throw new InvalidArgumentError(`It must be one of ${DEDUCTIONS.join(', ')}.`)
  return found
}

export const standby = (text: string): number | { percent: number } => {
  const match = /^(\d{1,10})(%?)$/.exec(text)
  if (!match)
    throw new InvalidArgumentError('It must be units (50) or a share of the stock (20%), 0 or more.')
  return match[2] === '%' ? { percent: Number(match[1]) } : Number(match[1])
}
