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
 * | sale:{ID}:gone | string | bitmap of the numbers that left the line out of turn, modulo 131,072 |
 * | blocks | hash | buyer -> risk score, and "" -> version of the list (contract/blocks.ts) |
 * | sale:{ID}:passes | zset | nonce -> expiry in seconds, of challenge passes that became a ticket |
 * | sale:{ID}:answer:BUYER | string | JSON list of the right answers to the buyer's captcha or quiz; gone at the first try |
 * | sale:{ID}:proof:SIGNATURE | string | the buyer who solved this proof of work, until it expires |
 * | snapshot | string | JSON for the door (contract/snapshot.ts) |
 * | snapshot:turn | string | which gateway writes the next snapshot |
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
    passes: `${card}:passes`,
  }
}

export const BLOCKS = 'blocks'
export const answerKey = (sale: number, buyer: string): string => `sale:{${sale}}:answer:${buyer}`
export const proofKey = (sale: number, signature: string): string => `sale:{${sale}}:proof:${signature}`

export const SNAPSHOT = 'snapshot'
export const SNAPSHOT_TURN = 'snapshot:turn'

/** Pub/sub: a message is the ID of a sale whose settings changed. */
export const SALE_CHANGED = 'sale-changed'
