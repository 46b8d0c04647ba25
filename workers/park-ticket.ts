import { setTimeout as sleep } from 'node:timers/promises'
import { noteEvent } from '../contract/events.ts'
import type { ReleaseMessage } from '../contract/release-message.ts'
import { requestsByNumber } from '../contract/requests.ts'
import type { Flight } from './orders/flight.ts'
import { type Backends, serveBatch } from './orders/serve-batch.ts'
import type { Outbox } from './outbox.ts'

/** Puts aside what can not be recorded, for people to look at; tries until it is done or the delivery is `lost`. */
export interface Parker {
  parkMessage(content: ReleaseMessage | Buffer, reason: string, lost: () => boolean): Promise<void>
  /** Its buyer gets a final answer first, `closed`, where MySQL can take that; then a copy is parked. */
  parkTicket(sale: number, flight: Flight, reason: string, lost: () => boolean): Promise<void>
}

export function createParker(backends: Backends, outbox: Outbox, name: string): Parker {
  const { log, mysql } = backends

  const parkMessage: Parker['parkMessage'] = async (content, reason, lost) => {
    while (!lost()) {
      try {
        await outbox.park(content, reason)
        log.error({ ...named(content), reason }, 'message parked')
        const sale = Buffer.isBuffer(content) ? undefined : content.sale
        void noteEvent(mysql, { sale, kind: 'parked', who: name, detail: tellParked(content, reason) }, log)
        return
      } catch (error) {
        log.warn({ err: error }, 'not parked, trying again')
        await sleep(500)
      }
    }
  }

  return {
    parkMessage,
    async parkTicket(sale, flight, reason, lost) {
      const { kind, releasedAt, ticket } = flight
      if (kind === 'order') await serveBatch(backends, sale, [{ ...flight, kind: 'closed' }], lost)
      await parkMessage({ sale, epoch: 1, kind, releasedAt, tickets: [ticket] }, reason, lost)
    },
  }
}

function tellParked(content: ReleaseMessage | Buffer, reason: string): string {
  if (Buffer.isBuffer(content)) return `a message that nobody can read was parked: ${reason}`
  const tickets = content.tickets.map(({ number }) => `${content.sale}-${number}`).join(', ')
  return `${tickets} parked: ${reason}`
}

/** What the log says of a parked message: which sale, and which tickets of which requests, where that can be read. */
const named = (content: ReleaseMessage | Buffer) =>
  Buffer.isBuffer(content) ? {} : { sale: content.sale, requests: requestsByNumber(content.tickets) }
