import autocannon from 'autocannon'
import type { ClickOrder } from './click-order.ts'
import type { Tally } from './tally.ts'

/** What autocannon's client has and its types do not say. */
interface Client {
  getRequestBuffer: () => string
  on(event: 'body', listener: (body: Buffer) => void): void
  on(event: 'response', listener: (status: number, bytes: number, ms: number) => void): void
}

const TIMEOUT_S = 10

/** Sends the order's requests over autocannon, as fast as they are answered; `next` writes each one. */
export async function runClosedLoop(order: ClickOrder, next: () => string, tally: Tally): Promise<void> {
  const setupClient = (client: Client): void => {
    let body: Buffer | undefined
    // autocannon would build every request anew; a different buyer in each is only another string.
    client.getRequestBuffer = next
    client.on('body', (part) => {
      body = body === undefined ? Buffer.from(part) : Buffer.concat([body, part])
    })
    client.on('response', (status, _bytes, ms) => {
      tally.answer(status, ms * 1000, body)
      body = undefined
    })
  }
  const options = {
    url: `${order.origin}${order.path}`,
    connections: Math.min(order.connections, order.requests),
    pipelining: order.pipelining ?? 1,
    amount: order.requests,
    timeout: TIMEOUT_S,
    sampleInt: 100,
    setupClient: setupClient as never,
  } as autocannon.Options
  tally.sent()
  await new Promise<void>((resolve, reject) => {
    const running = autocannon(options, (error) => (error ? reject(error) : resolve()))
    running.on('reqError', (error: Error) => tally.fail(error))
  })
}
