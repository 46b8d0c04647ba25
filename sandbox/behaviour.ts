import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'

const share = Type.Number({ minimum: 0, maximum: 1 })
const ms = Type.Integer({ minimum: 0, maximum: 600_000 })

/** How badly the sandbox behaves. Shares are 0 (never) to 1 (always). */
export const behaviourSchema = Type.Object(
  {
    /** Of every random choice: the same seed and the same payments give the same choices. */
    seed: Type.Integer({ minimum: 0 }),
    /** Before each API answer. */
    delayMs: ms,
    /** API calls answered 5xx before anything was done. */
    failRate: share,
    /** API calls that are done, and then answered 5xx or cut. */
    failAfterRate: share,
    /** API calls that are never answered, before anything was done. */
    hang: share,
    /** From and to: how long each webhook waits. */
    webhookDelayMs: Type.Tuple([ms, ms]),
    /** How often each webhook is sent again after it was taken. */
    webhookRepeat: Type.Integer({ minimum: 0, maximum: 20 }),
    /** Webhooks of the same second are sent the last one first. */
    webhookReorder: Type.Boolean(),
    /** Webhooks that are never sent. */
    webhookDrop: share,
    /** From now on for so long, questions about payments (their state, and making them void) are answered 503. */
    unknownMs: ms,
    /** The shop's order system: how long it takes over a message. */
    shopDelayMs: ms,
    /** Messages that it does not want this time; they come again. */
    shopRefuse: share,
    /** Messages at which it dies, between keeping the order and saying so. */
    shopCrash: share,
  },
  { additionalProperties: false },
)

export type Behaviour = Static<typeof behaviourSchema>

export const GOOD: Behaviour = {
  seed: 1,
  delayMs: 0,
  failRate: 0,
  failAfterRate: 0,
  hang: 0,
  webhookDelayMs: [0, 0],
  webhookRepeat: 0,
  webhookReorder: false,
  webhookDrop: 0,
  unknownMs: 0,
  shopDelayMs: 0,
  shopRefuse: 0,
  shopCrash: 0,
}

export interface Conduct {
  read(): Behaviour
  /** Changes what is named, and leaves the rest. A seed starts its choices anew. */
  change(to: Partial<Behaviour>): Behaviour
  /** A number from 0 to below 1, for the next choice of this kind about this payment. */
  roll(kind: string, about: string): number
  /** Whether questions about payments are not answered now. */
  isUnknown(): boolean
}

/**
 * Choices do not come from one stream but from the seed, what is asked, about which payment and for the how-manieth time:
 * so they repeat although calls come in another order.
 */
export function createConduct(start: Partial<Behaviour> = {}): Conduct {
  let now: Behaviour = { ...GOOD, ...start }
  let unknownUntil = Date.now() + now.unknownMs
  const rolled = new Map<string, number>()
  return {
    read: () => ({ ...now, unknownMs: Math.max(0, unknownUntil - Date.now()) }),
    change(to) {
      now = { ...now, ...to }
      if (to.unknownMs !== undefined) unknownUntil = Date.now() + to.unknownMs
      if (to.seed !== undefined) rolled.clear()
      return this.read()
    },
    roll(kind, about) {
      const what = `${kind} ${about}`
      const times = rolled.get(what) ?? 0
      rolled.set(what, times + 1)
      return createHash('sha256').update(`${now.seed} ${what} ${times}`).digest().readUInt32BE() / 2 ** 32
    },
    isUnknown: () => Date.now() < unknownUntil,
  }
}
