import type { Sample } from './sample.ts'

export interface Series {
  label: string
  /** Number of the colour: --chart-N. */
  color: 1 | 2 | 3 | 4 | 5 | 6
  of: (sample: Sample) => number | undefined
  /** A line of what should be, beside what is. */
  dashed?: boolean
}

export interface ChartPlan {
  title: string
  /** What the numbers are of, where it is not this sale alone. */
  note?: string
  unit: 'count' | 'rate' | 'ms' | 'share'
  /** Areas on top of each other. */
  stack?: boolean
  series: readonly Series[]
}

/** The sum of some members; undefined where the whole is not known. */
const sum = (values: Record<string, number> | undefined, names: readonly string[]): number | undefined =>
  values && names.reduce((all, name) => all + (values[name] ?? 0), 0)

const without = (values: Record<string, number> | undefined, names: readonly string[]): number | undefined =>
  values &&
  sum(
    values,
    Object.keys(values).filter((name) => !names.includes(name)),
  )

const total = (values: Record<string, number> | undefined): number | undefined =>
  values && Object.values(values).reduce((all, value) => all + value, 0)

// The questions that lua/edge/funnel.lua asks of a click, by what they are about.
const NOT_ON_SALE = ['known_sale', 'window', 'sold_out', 'switches']
const HURRY = ['user_limit', 'address_limit', 'hot_users']
const ROOM = ['admission', 'door_bucket', 'room', 'group_limit', 'gateways_alive']

const step =
  (names: readonly string[]) =>
  ({ steps }: Sample) =>
    sum(steps, names)
const otherSteps = ({ steps }: Sample): number | undefined =>
  without(steps, ['passed', 'held', ...NOT_ON_SALE, ...HURRY, ...ROOM])

const OUTCOMES = ['accepted', 'again', 'sold_out', 'line_full', 'too_many_requests']
/** Of all clicks that were answered in this second; undefined where none was. */
const share =
  (some: (outcomes: Sample['outcomes']) => number | undefined) =>
  ({ outcomes }: Sample) => {
    const all = total(outcomes)
    const part = some(outcomes)
    return all === undefined || part === undefined || all === 0 ? undefined : part / all
  }
const outcome = (name: string) => share((outcomes) => sum(outcomes, [name]))

/** Clicks of this sale a second, at all doors. */
export const clicks = ({ steps }: Sample): number | undefined => total(steps)

/** What the live page draws, in its order. */
export const CHARTS: readonly ChartPlan[] = [
  {
    ...{ title: 'Clicks by funnel step', unit: 'rate', stack: true },
    series: [
      { label: 'passed on', color: 1, of: step(['passed']) },
      { label: 'again', color: 6, of: step(['held']) },
      { label: 'not on sale', color: 5, of: step(NOT_ON_SALE) },
      { label: 'too often', color: 2, of: step(HURRY) },
      { label: 'no room, share', color: 3, of: step(ROOM) },
      { label: 'identity, other', color: 4, of: otherSteps },
    ],
  },
  {
    ...{ title: 'Released', note: 'recorded: all sales', unit: 'rate' },
    series: [
      { label: 'released', color: 1, of: ({ released }) => released },
      { label: 'set rate', color: 5, of: ({ rate }) => rate, dashed: true },
      { label: 'recorded', color: 2, of: ({ recorded }) => recorded },
    ],
  },
  {
    ...{ title: 'Units', unit: 'count', stack: true },
    series: [
      { label: 'paid', color: 1, of: ({ paid }) => paid },
      { label: 'held', color: 2, of: ({ held }) => held },
      { label: 'left', color: 5, of: ({ left }) => left },
    ],
  },
  {
    ...{ title: 'Outcome shares', note: 'of clicks', unit: 'share', stack: true },
    series: [
      { label: 'a new ticket', color: 1, of: outcome('accepted') },
      { label: 'again', color: 6, of: outcome('again') },
      { label: 'sold out', color: 5, of: outcome('sold_out') },
      { label: 'line full', color: 4, of: outcome('line_full') },
      { label: 'too many', color: 2, of: outcome('too_many_requests') },
      { label: 'other', color: 3, of: share((outcomes) => without(outcomes, OUTCOMES)) },
    ],
  },
  {
    ...{ title: 'Line', unit: 'count' },
    series: [
      { label: 'waiting', color: 1, of: ({ line }) => line },
      { label: 'in flight, units', color: 2, of: ({ inFlight }) => inFlight },
      { label: 'may be in flight', color: 5, of: ({ window }) => window, dashed: true },
    ],
  },
  {
    ...{ title: 'Polls of who waits', unit: 'rate', stack: true },
    series: [
      { label: 'passed on', color: 1, of: ({ polls }) => sum(polls, ['passed']) },
      { label: 'told by the door', color: 6, of: ({ polls }) => sum(polls, ['waiting']) },
      { label: 'refused', color: 2, of: ({ polls }) => sum(polls, ['refused']) },
    ],
  },
  {
    ...{ title: 'Queue and batches', note: 'all sales', unit: 'count' },
    series: [
      { label: 'messages queued', color: 4, of: ({ queue }) => queue },
      { label: 'tickets in a batch', color: 1, of: ({ batchTickets }) => batchTickets },
    ],
  },
  {
    ...{ title: 'Latency of calls passed on', unit: 'ms' },
    series: [
      { label: 'p50', color: 1, of: ({ saleP50Ms }) => saleP50Ms },
      { label: 'p99', color: 2, of: ({ saleP99Ms }) => saleP99Ms },
      { label: 'p99, all sales', color: 5, of: ({ p99Ms }) => p99Ms, dashed: true },
    ],
  },
  {
    ...{ title: 'Workers', note: 'all sales', unit: 'ms' },
    series: [
      { label: 'order lag', color: 4, of: ({ lagMs }) => lagMs },
      { label: 'batch', color: 1, of: ({ batchMs }) => batchMs },
      { label: 'MySQL', color: 2, of: ({ dbMs }) => dbMs },
    ],
  },
  {
    ...{ title: 'Snapshot age', note: 'oldest door', unit: 'ms' },
    series: [{ label: 'age', color: 1, of: ({ snapshotAgeMs }) => snapshotAgeMs }],
  },
]
