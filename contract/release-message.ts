/**
 * What goes through RabbitMQ: one message is one batch from the head of a sale's line, in the order of its numbers.
 * Written by the release loop, read by the workers. JSON, persistent.
 *
 * `kind` says what the workers shall write for each ticket: `order` reserves a unit and makes an order (or a refusal
 * where none is left), the others record a final refusal of that name.
 *
 * Which requests made the tickets stands in the header `requests`, a list in the order of the tickets, so that people can
 * read it in the broker's management pages. The body is as it was before there was one: a worker of either age serves the
 * messages of gateways of either age.
 */
const MESSAGE_VERSION = 1

export type ReleaseKind = 'order' | 'left' | 'closed' | 'sold_out' | 'duplicate'
const KINDS: readonly string[] = ['order', 'left', 'closed', 'sold_out', 'duplicate'] satisfies ReleaseKind[]

export interface ReleasedTicket {
  number: number
  buyer: string
  quantity: number
  /** The request that made it (contract/requests.ts); undefined where Redis lost it, or a gateway is older than that. */
  request?: string | undefined
}

export interface ReleaseMessage {
  sale: number
  /** The epoch of the sale's Redis keys when the batch was released. */
  epoch: number
  kind: ReleaseKind
  releasedAt: number
  tickets: ReleasedTicket[]
}

import { isBuyer } from './buyer.ts'
import { isRequest } from './requests.ts'

/** As short as it can be read: tickets are `[number, buyer]`, with a third element where the quantity is not 1. */
export function encodeMessage(message: ReleaseMessage): Buffer {
  const tickets = message.tickets.map((t) =>
    t.quantity === 1 ? [t.number, t.buyer] : [t.number, t.buyer, t.quantity],
  )
  return Buffer.from(
    JSON.stringify({
      v: MESSAGE_VERSION,
      sale: message.sale,
      epoch: message.epoch,
      kind: message.kind,
      at: message.releasedAt,
      tickets,
    }),
  )
}

/** The headers beside the body. A batch of 100 tickets makes 4 KB of them; a frame of the broker takes 128. */
export const headersOf = ({ sale, tickets }: ReleaseMessage) => ({
  sale,
  tickets: tickets.length,
  ...(tickets.some(({ request }) => request) && { requests: tickets.map(({ request }) => request ?? '') }),
})

/**
 * Reads a message; throws an Error that says what is wrong with it (then it is parked, see workers/). Headers say nothing
 * that an order needs: what can not be read of them is left out.
 */
export function decodeMessage(content: Buffer, headers: Record<string, unknown> = {}): ReleaseMessage {
  const body = JSON.parse(content.toString('utf8')) as Record<string, unknown> | null
  if (body === null || typeof body !== 'object') throw new Error('message: not an object')
  if (body.v !== MESSAGE_VERSION)
    throw new Error(`message: version ${String(body.v)}, expected ${MESSAGE_VERSION}`)
  if (!isCount(body.sale)) throw new Error('message: sale is not a positive whole number')
  if (!isCount(body.epoch)) throw new Error('message: epoch is not a positive whole number')
  if (!isCount(body.at)) throw new Error('message: at is not a positive whole number')
  if (typeof body.kind !== 'string' || !KINDS.includes(body.kind))
    throw new Error('message: kind is not known')
  if (!Array.isArray(body.tickets) || body.tickets.length === 0) throw new Error('message: no tickets')
  const requests: unknown[] = Array.isArray(headers.requests) ? headers.requests : []
  const tickets = body.tickets.map((raw: unknown, index): ReleasedTicket => {
    if (!Array.isArray(raw)) throw new Error(`message: ticket ${index} is not a list`)
    const [number, buyer, quantity = 1] = raw as unknown[]
    if (!isCount(number)) throw new Error(`message: ticket ${index} has no number`)
    if (!isBuyer(buyer)) throw new Error(`message: ticket ${index} has no buyer`)
    if (!isCount(quantity)) throw new Error(`message: ticket ${index} has no quantity`)
    const request = requests[index]
    return { number, buyer, quantity, request: isRequest(request) ? request : undefined }
  })
  return { sale: body.sale, epoch: body.epoch, kind: body.kind as ReleaseKind, releasedAt: body.at, tickets }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
