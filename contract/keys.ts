/**
 * Every Redis key of Sluice. A sale's keys share the hash tag `{ID}`, so that its scripts also run on a cluster.
 *
 * | key | type | holds |
 * |---|---|---|
 * | sale:{ID} | hash | the card: epoch, stock, left, flying, waiting, next, ceiling, settings (see lua/redis/load_sale.lua) |
 * | sale:{ID}:line | zset | buyer -> number, of those waiting |
 * | sale:{ID}:wants | hash | number -> quantity, only where it is more than 1 |
 * | sale:{ID}:flight | hash | number -> "kind,quantity,buyer", of those released and not yet recorded |
 * | sale:{ID}:lease | zset | "epoch:number,number,…" -> deadline ms, of batches not yet confirmed by RabbitMQ |
 * | sale:{ID}:holder | hash | buyer -> number, of those released, reserved or holding a unit |
 * | sale:{ID}:fate | hash | number -> "state,quantity,payByMs,version,buyer" of those reserved or recorded |
 * | sale:{ID}:away | zset | buyer -> until when the place is kept, ms, of those passed over because they stopped asking |
 * | sale:{ID}:kept | hash | buyer -> "number,quantity" of the same |
 * | sale:{ID}:seen | hash | number -> when its buyer last asked, ms, of those near the head |
 * | sale:{ID}:called | zset | number -> since when all up to it are near the head, ms |
 * | sale:{ID}:gone | string | bitmap of the numbers that left the line out of turn, modulo 131,072 |
 * | sale:{ID}:requests | hash | number / 32 -> the requests of 32 tickets (lua/redis/parts/requests.lua) |
 * | sale:{ID}:traced | hash | number -> when it joined, ms, of clicks that are traced (platform/trace.ts) |
 * | blocks | hash | buyer -> risk score, and "" -> version of the list (contract/blocks.ts) |
 * | sale:{ID}:passes | zset | nonce -> expiry in seconds, of challenge passes that became a ticket |
 * | sale:{ID}:answer:BUYER | string | JSON list of the right answers to the buyer's captcha or quiz; gone at the first try |
 * | sale:{ID}:proof:SIGNATURE | string | the buyer who solved this proof of work, until it expires |
 * | rehearsal:turn | string | whose rehearsal runs; gone after seconds when nobody keeps it |
 * | stock-change:ID | string | JSON: a change of stock that was proposed and may be confirmed; gone after a minute |
 * | snapshot | string | JSON for the door (contract/snapshot.ts) |
 * | snapshot:turn | string | which gateway writes the next snapshot |
 * | samples:turn | string | which console writes this second's samples into MySQL |
 * | switches | string | JSON: the switches set by hand (contract/switches.ts) |
 * | settings | hash | setting -> "version value", of those that are set, and "" -> version of all (contract/settings.ts) |
 * | tuned, tuned:NAME | set, string | who reads settings; JSON: the values in force there, gone after seconds |
 * | centre | string | JSON: what the next writer of a snapshot must know (contract/centre.ts): shares, level, hot list, window |
 * | edges, gateways, workers | set | names of the doors, gateways and workers that report |
 * | edge:NAME, gateway:NAME, worker:NAME | string | JSON: a door's report of demand, the others' of their load; gone after seconds |
 * | sign-in:WHO | string | guesses at the console's sign-in by WHO (a name, an address or both) in some minutes; or that WHO signed in there |
 */
export const saleKeys = (sale: number) => {
  const card = `sale:{${sale}}`
  return {
    card,
    line: `${card}:line`,
    wants: `${card}:wants`,
    flight: `${card}:flight`,
    lease: `${card}:lease`,
    holder: `${card}:holder`,
    fate: `${card}:fate`,
    gone: `${card}:gone`,
    away: `${card}:away`,
    kept: `${card}:kept`,
    seen: `${card}:seen`,
    called: `${card}:called`,
    passes: `${card}:passes`,
    requests: `${card}:requests`,
    traced: `${card}:traced`,
  }
}

export const stockChangeKey = (change: string): string => `stock-change:${change}`

/** Held by the one rehearsal that runs; gone by itself when it can not run any more. */
export const REHEARSAL_TURN = 'rehearsal:turn'

export const BLOCKS = 'blocks'
export const answerKey = (sale: number, buyer: string): string => `sale:{${sale}}:answer:${buyer}`
export const proofKey = (sale: number, signature: string): string => `sale:{${sale}}:proof:${signature}`

export const signInKey = (who: string): string => `sign-in:${who}`

export const SNAPSHOT = 'snapshot'
export const SNAPSHOT_TURN = 'snapshot:turn'
export const SAMPLES_TURN = 'samples:turn'

export const SWITCHES = 'switches'
export const SETTINGS = 'settings'
export const CENTRE = 'centre'

/** Who reports: a set of names, and one short-lived key for each. */
export const reportKeys = {
  edge: { names: 'edges', of: (name: string) => `edge:${name}` },
  gateway: { names: 'gateways', of: (name: string) => `gateway:${name}` },
  tuned: { names: 'tuned', of: (name: string) => `tuned:${name}` },
  worker: { names: 'workers', of: (name: string) => `worker:${name}` },
}

/** Pub/sub: a message is the version of the switches that were changed; Redis holds them. */
export const SWITCHES_CHANGED = 'switches-changed'

/** Pub/sub: a message is the version of all settings together; Redis holds them. */
export const SETTINGS_CHANGED = 'settings-changed'

/** Pub/sub: a message is the ID of a sale whose settings changed. */
export const SALE_CHANGED = 'sale-changed'
