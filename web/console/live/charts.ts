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

const total = (values: Record<string, number> | undefined): number | undefined =>
  values && Object.values(values).reduce((all, value) => all + value, 0)

// The questions of lua/edge/funnel.lua, by what they are about.
const NOT_ON_SALE = ['known_sale', 'window', 'challenge_window', 'sold_out', 'switches']
const HURRY = ['user_limit', 'address_limit', 'poll_limit', 'challenge_limit', 'hot_sales', 'hot_users']
const ROOM = ['admission', 'door_bucket', 'room', 'group_limit', 'gateways_alive']

const others = (sample: Sample): number | undefined => {
  const all = total(sample.refusedBy)
  const known = sum(sample.refusedBy, [...NOT_ON_SALE, ...HURRY, ...ROOM])
  return all === undefined || known === undefined ? undefined : Math.max(0, all - known)
}

const part = (names: readonly string[]) => (sample: Sample) => {
  const all = total(sample.answers)
  const some = sum(sample.answers, names)
  return all === undefined || some === undefined || all === 0 ? undefined : some / all
}
const OUTCOMES = ['passed', 'again', 'waiting', 'sold_out', 'line_full', 'too_many_requests']
const restOfOutcomes = (sample: Sample): number | undefined => {
  const shares = OUTCOMES.map((name) => part([name])(sample))
  if (shares.includes(undefined)) return undefined
  return Math.max(0, 1 - shares.reduce<number>((all, share) => all + (share ?? 0), 0))
}

/** The answers of the door a second, all sales together: what is called clicks on the live page. */
export const clicks = ({ answers }: Sample): number | undefined => total(answers)

const ALL_SALES = 'all doors, all sales'

/** What the live page draws, in its order. */
export const CHARTS: readonly ChartPlan[] = [
  {
    ...{ title: 'Calls by funnel step', note: ALL_SALES, unit: 'rate', stack: true },
    series: [
      { label: 'passed on', color: 1, of: ({ answers }) => sum(answers, ['passed']) },
      { label: 'again, waiting', color: 6, of: ({ answers }) => sum(answers, ['again', 'waiting']) },
      { label: 'not on sale', color: 5, of: ({ refusedBy }) => sum(refusedBy, NOT_ON_SALE) },
      { label: 'too often', color: 2, of: ({ refusedBy }) => sum(refusedBy, HURRY) },
      { label: 'no room, share', color: 3, of: ({ refusedBy }) => sum(refusedBy, ROOM) },
      { label: 'identity, other', color: 4, of: others },
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
    ...{ title: 'Outcome shares', note: ALL_SALES, unit: 'share', stack: true },
    series: [
      { label: 'passed on', color: 1, of: part(['passed']) },
      { label: 'again, waiting', color: 6, of: part(['again', 'waiting']) },
      { label: 'sold out', color: 5, of: part(['sold_out']) },
      { label: 'line full', color: 4, of: part(['line_full']) },
      { label: 'too many', color: 2, of: part(['too_many_requests']) },
      { label: 'other', color: 3, of: restOfOutcomes },
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
    ...{ title: 'Queue and batches', note: 'all sales', unit: 'count' },
    series: [
      { label: 'messages queued', color: 4, of: ({ queue }) => queue },
      { label: 'tickets in a batch', color: 1, of: ({ batchTickets }) => batchTickets },
    ],
  },
  {
    ...{ title: 'Latency of calls passed on', note: ALL_SALES, unit: 'ms' },
    series: [
      { label: 'p50', color: 1, of: ({ p50Ms }) => p50Ms },
      { label: 'p99', color: 2, of: ({ p99Ms }) => p99Ms },
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
