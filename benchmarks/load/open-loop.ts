import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import type { ClickOrder } from './click-order.ts'
import type { Tally } from './tally.ts'

/**
 * Sends the order's requests when they are due, at random times of the set rate, however slowly they are answered.
 * A request's latency begins when it was due, also when no connection was free or this process came late: nothing is
 * left out by coordination. (autocannon's own rate sends each second's share as one burst at its beginning, and puts
 * a correction on top; that is another question than "how long do buyers wait who come at random".)
 * Starting is not counted: before it, every connection is opened and the client's own code runs warm.
 */
export async function runOpenLoop(
  order: ClickOrder,
  next: () => { headers: Record<string, string>; body: string },
  tally: Tally,
): Promise<void> {
  const pool = new Pool(order.origin, { connections: order.connections, pipelining: 1 })
  const everyMs = 1000 / order.perSecond!
  let open = 0
  let due = performance.now()
  const send = (dueAt: number): void => {
    open++
    let status = 0
    let body: Buffer | undefined
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, code) {
        status = code
      },
      onResponseData(_controller, part) {
        body = body === undefined ? part : Buffer.concat([body, part])
      },
      onResponseEnd() {
        open--
        tally.answer(status, (performance.now() - dueAt) * 1000, body)
      },
      onResponseError(_controller, error) {
        open--
        tally.fail(error)
      },
    }
    pool.dispatch({ path: order.path, method: order.method, ...next() }, handler)
  }

  await warmUp(pool, order.connections, order.perSecond!)
  due = performance.now()
  tally.sent()
  for (let sent = 0; sent < order.requests; ) {
    const now = performance.now()
    for (; due <= now && sent < order.requests; sent++) {
      send(due)
      due += -Math.log(1 - Math.random()) * everyMs
    }
    await sleep(1)
  }
  while (open > 0) await sleep(5)
  await pool.close()
}

/** Asks for the time, which the door answers alone, for about a second: every connection at once, then at the rate. */
async function warmUp(pool: Pool, connections: number, perSecond: number): Promise<void> {
  const ask = () => pool.request({ path: '/api/time', method: 'GET' }).then(({ body }) => body.dump())
  await Promise.all(Array.from({ length: connections }, ask))
  for (let slice = 0; slice < 10; slice++) {
    await Promise.all([sleep(100), ...Array.from({ length: Math.ceil(perSecond / 10) }, ask)])
  }
}
