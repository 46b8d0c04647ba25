import type { Part } from './duration.ts'

/** What the buyer's desk shows, in words; `paint-desk.ts` puts it on the page. */
export interface View {
  tone: 'quiet' | 'live' | 'good' | 'bad'
  eyebrow: string
  headline: string
  detail: string
  /** The big figure: a countdown or a place in line. */
  figure?: { label: string; parts: Part[] }
  /** Done and whole, in line places. */
  progress?: { done: number; of: number }
  facts?: [label: string, value: string][]
  /** The buy button; `wait` is why it can not be pressed yet. */
  buy?: { label: string; enabled: boolean }
  /** The box with the challenge. */
  challenge?: boolean
  /** The buyer may choose how many. */
  quantity?: boolean
  /** The button that leads to the payment page, and a word about it. */
  pay?: { label: string; enabled: boolean; note?: string }
  /** The way to the other sales, where there is nothing left to do here. */
  others?: boolean
  canCancel?: boolean
  canLeave?: boolean
}
