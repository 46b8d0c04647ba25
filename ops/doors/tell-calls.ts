import type { DoorCounts } from '../../contract/reports.ts'

/** What doors and gateways have done with the calls of a sale, in words of people. Times, or rates a second. */
export interface ToldCalls {
  /** Clicks by the question of the funnel that ended them, and `passed`: those that went on to a gateway. */
  steps: Record<string, number>
  /** Clicks by the answer that their buyers got: `accepted` (a new ticket), `again` (the same), or the code of a refusal. */
  outcomes: Record<string, number>
  /** Polls: `waiting` said by a door, `passed` to a gateway, `refused`. */
  polls: Record<string, number>
  /** Refusals of clicks by the doors, as `CODE:QUESTION`. */
  refused: Record<string, number>
}

/** The questions of a click that come before its buyer is known, as lua/edge/funnel.lua has them; identity is the last. */
export const ASKED_OF_ANYBODY = [
  ...['method', 'media_type', 'known_sale', 'hot_sales', 'switches', 'window', 'sold_out', 'same_origin'],
  'identity',
]

/** A door says this where no gateway answered what had been passed on already. */
const UNANSWERED = 'unanswered'
/** Statuses of a click without a code of a refusal; 499: the buyer has hung up. */
const WORDS: Record<string, string> = { '202': 'accepted', '200': 'again', '499': 'gone' }
const TOLD_BY_DOOR = ['passed', 'again', 'waiting']

export function tellCalls({ door = {}, gateway = {} }: Pick<DoorCounts, 'door' | 'gateway'>): ToldCalls {
  const told: ToldCalls = { steps: {}, outcomes: {}, polls: {}, refused: {} }
  for (const [name, times] of Object.entries(door)) {
    const [call, code, question] = name.split(':') as [string, string, string]
    const first = question !== UNANSWERED
    if (call === 'click') {
      if (first) add(told.steps, code === 'passed' ? code : question, times)
      if (code !== 'passed') add(told.outcomes, code, times)
      if (!TOLD_BY_DOOR.includes(code)) add(told.refused, `${code}:${question}`, times)
    }
    if (call === 'poll' && first) add(told.polls, TOLD_BY_DOOR.includes(code) ? code : 'refused', times)
  }
  for (const [name, times] of Object.entries(gateway)) {
    const [call, answer] = name.split(':') as [string, string]
    if (call === 'click') add(told.outcomes, WORDS[answer] ?? answer, times)
  }
  return told
}

/** The sum of those counts whose name is `wanted`. */
export const countAll = (counts: Record<string, number>, wanted = (_name: string) => true): number =>
  Object.entries(counts).reduce((sum, [name, times]) => (wanted(name) ? sum + times : sum), 0)

function add(sums: Record<string, number>, name: string, times: number): void {
  sums[name] = (sums[name] ?? 0) + times
}
