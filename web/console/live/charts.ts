import type { Sample } from '../../../contract/console/sample.ts'
import type { Reading } from './columns.ts'

/**
 * A colour means the same in every chart (--chart-NAME): what gets through, what waits, what the shop works on, what there is none of
 * (and what should be), who came too often, who found no room, what is slow, and anything else.
 */
type Hue = 'through' | 'waiting' | 'working' | 'none' | 'often' | 'room' | 'slow' | 'other'

export interface Series extends Reading {
  label: string
  hue: Hue
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
      { label: 'passed on', hue: 'through', of: step(['passed']) },
      { label: 'again', hue: 'waiting', of: step(['held']) },
      { label: 'shut or full', hue: 'none', of: step(NOT_ON_SALE) },
      { label: 'too often', hue: 'often', of: step(HURRY) },
      { label: 'overload', hue: 'room', of: step(ROOM) },
      { label: 'identity, other', hue: 'other', of: otherSteps },
    ],
  },
  {
    ...{ title: 'Released', note: 'recorded: all sales', unit: 'rate' },
    series: [
      { label: 'released', hue: 'through', of: ({ released }) => released },
      { label: 'set rate', hue: 'none', of: ({ rate }) => rate, dashed: true },
      { label: 'recorded', hue: 'working', of: ({ recorded }) => recorded },
    ],
  },
  {
    ...{ title: 'Units', unit: 'count', stack: true },
    series: [
      { label: 'paid', hue: 'through', of: ({ paid }) => paid },
      { label: 'held', hue: 'working', of: ({ held }) => held },
      { label: 'left', hue: 'none', of: ({ left }) => left },
    ],
  },
  {
    ...{ title: 'Outcome shares', note: 'of clicks', unit: 'share', stack: true },
    series: [
      { label: 'a new ticket', hue: 'through', of: outcome('accepted') },
      { label: 'again', hue: 'waiting', of: outcome('again') },
      { label: 'sold out', hue: 'none', of: outcome('sold_out') },
      { label: 'line full', hue: 'room', of: outcome('line_full') },
      { label: 'too many', hue: 'often', of: outcome('too_many_requests') },
      { label: 'other', hue: 'other', of: share((outcomes) => without(outcomes, OUTCOMES)) },
    ],
  },
  {
    ...{ title: 'Line', unit: 'count' },
    series: [
      { label: 'waiting', hue: 'waiting', of: ({ line }) => line },
      { label: 'in flight, units', hue: 'working', of: ({ inFlight }) => inFlight },
      { label: 'may be in flight', hue: 'none', of: ({ window }) => window, dashed: true },
    ],
  },
  {
    ...{ title: 'Polls of who waits', unit: 'rate', stack: true },
    series: [
      { label: 'passed on', hue: 'through', of: ({ polls }) => sum(polls, ['passed']) },
      { label: 'told by the door', hue: 'waiting', of: ({ polls }) => sum(polls, ['waiting']) },
      { label: 'refused', hue: 'often', of: ({ polls }) => sum(polls, ['refused']) },
    ],
  },
  {
    ...{ title: 'Queue and batches', note: 'all sales', unit: 'count' },
    series: [
      { label: 'messages queued', hue: 'waiting', of: ({ queue }) => queue },
      { label: 'tickets in a batch', hue: 'working', seldom: true, of: ({ batchTickets }) => batchTickets },
    ],
  },
  {
    ...{ title: 'Latency of calls passed on', unit: 'ms' },
    series: [
      { label: 'p50', hue: 'through', seldom: true, of: ({ saleP50Ms }) => saleP50Ms },
      { label: 'p99', hue: 'slow', seldom: true, of: ({ saleP99Ms }) => saleP99Ms },
      { label: 'p99, all sales', hue: 'none', seldom: true, of: ({ p99Ms }) => p99Ms, dashed: true },
    ],
  },
  {
    ...{ title: 'Workers', note: 'all sales', unit: 'ms' },
    series: [
      { label: 'order lag', hue: 'slow', seldom: true, of: ({ lagMs }) => lagMs },
      { label: 'batch', hue: 'working', seldom: true, of: ({ batchMs }) => batchMs },
      { label: 'MySQL', hue: 'waiting', seldom: true, of: ({ dbMs }) => dbMs },
    ],
  },
  {
    ...{ title: 'Snapshot age', note: 'oldest door', unit: 'ms' },
    series: [{ label: 'age', hue: 'through', of: ({ snapshotAgeMs }) => snapshotAgeMs }],
  },
]
