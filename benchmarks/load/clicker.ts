/**
 * A generator: a process of its own, told by its parent what to send. Tokens are signed before the clock runs.
 */
import { setNice, setRealtime } from '../../platform/priority.ts'
import type { ClickOrder, FromClicker, ToClicker } from './click-order.ts'
import { newTally, type Tally } from './tally.ts'
import { tokenOf } from './token-of.ts'

const BODY = '{}'
const LOW_NICE = 10

const tell = (message: FromClicker): void => void process.send?.(message)

/** The headers of each buyer, in turn. */
function headersOf(order: ClickOrder): Record<string, string>[] {
  const { buyers } = order
  return Array.from({ length: buyers.count }, (_, i): Record<string, string> => {
    const token = tokenOf(order, i)
    return token === undefined
      ? {}
      : { authorization: `Bearer ${token}`, 'x-buyer': `${buyers.prefix}${buyers.from + i}` }
  })
}

async function flood(order: ClickOrder, started: Promise<void>): Promise<void> {
  const { packRequests, runFlood } = await import('./flood.ts')
  const packed = packRequests(order)
  const tally = newTally(order.requests, order.keepAccepted ?? false)
  await timed(() => runFlood(order, packed, tally), tally, started)
}

/** Runs when told to, with word of how far it is, and reports. */
async function timed(run: () => Promise<void>, tally: Tally, started: Promise<void>): Promise<void> {
  tell({ ready: true })
  await started
  const before = process.cpuUsage()
  const ticking = setInterval(() => tell({ answered: tally.answered }), 250)
  await run()
  clearInterval(ticking)
  const { user, system } = process.cpuUsage(before)
  tally.report.cpuMs = (user + system) / 1000
  tell({ report: tally.report })
}

async function work(order: ClickOrder, started: Promise<void>): Promise<void> {
  if (order.priority === 'low') setNice(LOW_NICE)
  if (order.priority === 'realtime') setRealtime()
  if (order.flood) return flood(order, started)
  // Each client takes its time to load; a flood needs neither.
  const { runClosedLoop } = await import('./closed-loop.ts')
  const { runOpenLoop } = await import('./open-loop.ts')
  const headers = headersOf(order)
  const tally = newTally(order.requests, order.keepAccepted ?? false)
  const post = order.method === 'POST'
  let sent = 0
  const nextHeaders = () => headers[sent++ % headers.length]!
  const host = new URL(order.origin).host
  const head = `${order.method} ${order.path} HTTP/1.1\r\nHost: ${host}\r\n${
    post ? `Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n` : ''
  }`
  const nextText = () => {
    const { authorization, 'x-buyer': buyer } = nextHeaders()
    const signed =
      authorization === undefined ? '' : `Authorization: ${authorization}\r\nX-Buyer: ${buyer}\r\n`
    return `${head}${signed}\r\n${post ? BODY : ''}`
  }
  const nextParts = () => ({
    headers: { ...nextHeaders(), ...(post ? { 'content-type': 'application/json' } : {}) },
    body: post ? BODY : '',
  })

  const run = (): Promise<void> =>
    order.perSecond === undefined
      ? runClosedLoop(order, nextText, tally)
      : runOpenLoop(order, nextParts, tally)
  await timed(run, tally, started)
}

const started = new Promise<void>((resolve) => {
  process.on('message', (message: ToClicker) => {
    if ('go' in message) resolve()
    else work(message.order, started).catch((error: Error) => tell({ error: error.stack ?? error.message }))
  })
})
// The parent has gone: nobody wants the answer.
process.once('disconnect', () => process.exit(0))
