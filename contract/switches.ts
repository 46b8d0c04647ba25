/**
 * Feature switches: what Sluice stops doing, or does less of, so that it can go on selling.
 *
 * A **switch** has a name and a value; it is turned for all sales or, where it makes sense, for one. A **level** (0 to 6)
 * is a named bundle of values. What counts for a sale is, the later the stronger: the normal value, the level's, the one
 * set for all sales, the one set for this sale.
 */
export interface SwitchValues {
  /** Which bundle is in force: the higher one of the level set by hand and, under `auto`, the one of the rules on load. */
  level: number
  /** Whether rules on load may raise the level, up to {@link AUTO_MOST}, and lower it again. */
  auto: boolean
  /** How many order records a buyer is shown at most. */
  'order-records': number
  /** Whether polls are told how long the wait still is. */
  eta: boolean
  /** Polls come so many times slower. */
  'poll-factor': number
  /** Whether a sale that asks for a challenge does ask for it. */
  challenge: boolean
  /** Whether buyers may cancel their orders. */
  cancellations: boolean
  /** Nothing may be changed by buyers: `paused` is said to every POST and DELETE. Events of payments still count. */
  'read-only': boolean
  /** Nothing is answered but time, sales and the page: `unavailable`. Events of payments still count. */
  closed: boolean
  /** The admission share: by the centre (`auto`), or fixed from 0 (nobody new) to 1 (everybody). */
  share: number | 'auto'
}

export type SwitchName = keyof SwitchValues
type Value = SwitchValues[SwitchName]

interface SwitchKind {
  normal: Value
  /** What may be said, in words. */
  allowed: string
  /** The value of such a text, or undefined. */
  read: (text: string) => Value | undefined
  perSale: boolean
  /** What it does, for people. */
  says: string
}

const onOff = {
  allowed: 'on or off',
  read: (text: string) => (text === 'on' ? true : text === 'off' ? false : undefined),
}

const whole = (least: number, most: number) => ({
  allowed: `a whole number from ${least} to ${most}`,
  read: (text: string) =>
    /^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
})

const autoOrShare = {
  allowed: 'auto, or a number from 0 to 1',
  read: (text: string) => {
    if (text === 'auto') return 'auto'
    return /^(0|1|0?\.\d{1,6}|1\.0{1,6})$/.test(text) ? Number(text) : undefined
  },
}

interface Level {
  name: string
  values: Partial<Omit<SwitchValues, 'level' | 'auto'>>
}

/** The bundles. Each takes a little more away than the one before. */
export const LEVELS: readonly Level[] = [
  { name: 'normal', values: {} },
  { name: 'careful', values: { 'order-records': 20, 'poll-factor': 2 } },
  { name: 'lean', values: { 'order-records': 10, 'poll-factor': 3, eta: false } },
  { name: 'bare', values: { 'order-records': 5, 'poll-factor': 5, eta: false } },
  {
    name: 'defensive',
    values: { 'order-records': 5, 'poll-factor': 8, eta: false, cancellations: false },
  },
  {
    name: 'read-only',
    values: { 'order-records': 5, 'poll-factor': 8, eta: false, cancellations: false, 'read-only': true },
  },
  {
    name: 'closed',
    values: { 'poll-factor': 8, eta: false, cancellations: false, 'read-only': true, closed: true },
  },
]

/** What the rules on load may do by themselves: nothing that takes a right away from a buyer. */
export const AUTO_MOST = 3

export const SWITCHES: Record<SwitchName, SwitchKind> = {
  level: {
    ...whole(0, LEVELS.length - 1),
    normal: 0,
    perSale: false,
    says: `bundle: ${LEVELS.map(({ name }, n) => `${n} ${name}`).join(', ')}`,
  },
  auto: { ...onOff, normal: true, perSale: false, says: 'rules on load may raise the level' },
  'order-records': {
    ...whole(1, 100),
    normal: 100,
    perSale: false,
    says: 'order records shown to a buyer at most',
  },
  eta: { ...onOff, normal: true, perSale: true, says: 'polls are told how long the wait still is' },
  'poll-factor': { ...whole(1, 20), normal: 1, perSale: true, says: 'polls come so many times slower' },
  challenge: { ...onOff, normal: true, perSale: true, says: 'challenges are asked, where a sale has one' },
  cancellations: { ...onOff, normal: true, perSale: true, says: 'buyers may cancel orders' },
  'read-only': { ...onOff, normal: false, perSale: true, says: 'buyers may look and change nothing' },
  closed: { ...onOff, normal: false, perSale: true, says: 'nothing is answered but time, sales and pages' },
  share: { ...autoOrShare, normal: 'auto', perSale: true, says: 'share of new buyers that the door lets in' },
}

export const SWITCH_NAMES = Object.keys(SWITCHES) as SwitchName[]

/** A value as the command line writes and reads it. */
export const valueText = (value: Value): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)

/** What was set by hand, as MySQL records it. `version` rises with every change. */
export interface SwitchState {
  version: number
  all: Partial<SwitchValues>
  sales: Record<string, Partial<SwitchValues>>
}

export const NOTHING_SET: SwitchState = { version: 0, all: {}, sales: {} }

const NORMAL = Object.fromEntries(
  SWITCH_NAMES.map((name) => [name, SWITCHES[name].normal]),
) as unknown as SwitchValues

/** The level in force: by hand or, where the rules may, by load. */
export function levelOf({ all }: SwitchState, autoLevel: number): number {
  const byHand = all.level ?? 0
  const byLoad = (all.auto ?? NORMAL.auto) ? Math.min(autoLevel, AUTO_MOST) : 0
  return Math.max(byHand, byLoad)
}

/** What counts for all sales, or for one. */
export function valuesOf(state: SwitchState, autoLevel: number, sale?: number): SwitchValues {
  const level = levelOf(state, autoLevel)
  return {
    ...NORMAL,
    ...LEVELS[level]!.values,
    ...state.all,
    level,
    ...(sale === undefined ? {} : state.sales[sale]),
  }
}
