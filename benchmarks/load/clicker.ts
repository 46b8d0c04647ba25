/**
 * A generator: a process of its own, told by its parent what to send. Tokens are signed before the clock runs.
 */
import { signToken } from '../../ops/tokens.ts'
import type { ClickOrder, FromClicker, ToClicker } from './click-order.ts'
import { runClosedLoop } from './closed-loop.ts'
import { runOpenLoop } from './open-loop.ts'
import { newTally } from './tally.ts'

const TOKEN_LIVES_S = 3600
const BODY = '{}'
const FORGED_SECRET = 'this is not the secret of the shop, it is a forger’s'

const tell = (message: FromClicker): void => void process.send?.(message)

/** The headers of each buyer, in turn. */
function headersOf({ buyers, token, jwtSecret }: ClickOrder): Record<string, string>[] {
  const expiresS = Math.floor(Date.now() / 1000) + TOKEN_LIVES_S
  const secret = token === 'forged' ? FORGED_SECRET : jwtSecret
  return Array.from({ length: buyers.count }, (_, i): Record<string, string> => {
    const buyer = `${buyers.prefix}${buyers.from + i}`
    return token === 'none'
      ? {}
      : { authorization: `Bearer ${signToken(secret, buyer, expiresS)}`, 'x-buyer': buyer }
  })
}

async function work(order: ClickOrder, started: Promise<void>): Promise<void> {
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

  tell({ ready: true })
  await started
  const before = process.cpuUsage()
  const ticking = setInterval(() => tell({ answered: tally.answered }), 250)
  if (order.perSecond === undefined) await runClosedLoop(order, nextText, tally)
  else await runOpenLoop(order, nextParts, tally)
  clearInterval(ticking)
  const { user, system } = process.cpuUsage(before)
  tally.report.cpuMs = (user + system) / 1000
  tell({ report: tally.report })
}

const started = new Promise<void>((resolve) => {
  process.on('message', (message: ToClicker) => {
    if ('go' in message) resolve()
    else work(message.order, started).catch((error: Error) => tell({ error: error.stack ?? error.message }))
  })
})
// The parent has gone: nobody wants the answer.
process.once('disconnect', () => process.exit(0))
