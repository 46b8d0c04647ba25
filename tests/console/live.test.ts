import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../../contract/console/sample.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { EDGE_KEY, type LentConsole, lendConsole } from './lend-console.ts'

let lent: LentConsole
let address: string
let sale: number
beforeAll(async () => {
  lent = await lendConsole()
  await lent.app.listen({ host: '127.0.0.1', port: 0 })
  address = `http://127.0.0.1:${(lent.app.server.address() as AddressInfo).port}`
  const { mysql, redis } = lent
  const made = { title: 'a kettle', stock: 50, priceCents: 990, opensAt: Date.now() - 1000 }
  sale = (await createSale({ mysql, redis, www: undefined }, made)).id
  await mysql.query('INSERT INTO samples (sale_id, at, data) VALUES (?, ?, ?)', [
    ...[sale, new Date(Date.now() - 60_000)],
    JSON.stringify({ at: Date.now() - 60_000, phase: 'published', paid: 7 }),
  ])
})
afterAll(() => lent?.stop())

interface Stream {
  status: number
  /** The next event; undefined when the answer has ended. */
  next: () => Promise<{ event: string; data: unknown } | undefined>
  close: () => Promise<void>
}

async function open(cookie: string): Promise<Stream> {
  const headers = { cookie, 'x-edge-key': EDGE_KEY, accept: 'text/event-stream' }
  const answer = await fetch(`${address}/api/sales/${sale}/live`, { headers })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    status: answer.status,
    close: () => reader.cancel(),
    async next() {
      for (;;) {
        const [, event, data, rest] = /^(?:: .*\n\n)*event: (\w+)\ndata: (.*)\n\n([\s\S]*)$/.exec(text) ?? []
        if (event !== undefined && data !== undefined) {
          text = rest ?? ''
          return { event, data: JSON.parse(data) }
        }
        const { value, done } = await reader.read()
        if (done) return undefined
        text += value
      }
    },
  }
}

test('a viewer gets the last minutes first, then a sample a second; at sign-out it ends and says why', async () => {
  const vera = await lent.signIn('vera')
  const stream = await open(vera.cookie)
  const first = await stream.next()
  expect(first).toMatchObject({ event: 'history' })
  expect((first!.data as Sample[])[0]).toMatchObject({ phase: 'published', paid: 7 })
  const times: number[] = []
  while (times.length < 2) {
    const { event, data } = (await stream.next())!
    expect(event).toBe('sample')
    expect(data).toMatchObject({ stock: 50, left: 50, held: 0 })
    times.push((data as Sample).at)
  }
  expect(times[1]! - times[0]!).toBeGreaterThan(500)
  await vera('DELETE', '/api/session')
  const rest: string[] = []
  for (let last = await stream.next(); last; last = await stream.next()) rest.push(last.event)
  expect(rest.at(-1)).toBe('over')
})

test('pages that follow are counted: one more than there may be is told to come again', async () => {
  const { cookie } = await lent.signIn('anna')
  const streams = await Promise.all(Array.from({ length: 12 }, () => open(cookie)))
  expect(streams.map(({ status }) => status)).toEqual(Array(12).fill(200))
  expect((await open(cookie)).status).toBe(503)
  await streams[0]!.close()
  await expect
    .poll(
      async () => {
        const again = await open(cookie)
        await again.close()
        return again.status
      },
      { timeout: 10_000 },
    )
    .toBe(200)
  await Promise.all(streams.map((stream) => stream.close()))
})

test('the past is asked for within bounds, each field with its reason', async () => {
  const anna = await lent.signIn('anna')
  const ask = (query: string, id = sale) => anna('GET', `/api/sales/${id}/samples?${query}`)
  const now = Date.now()
  const { status, json } = await ask(`from=${now - 120_000}&to=${now}`)
  expect([status, json.samples[0].paid]).toEqual([200, 7])
  for (const [query, field] of [
    [`from=${now}&to=${now - 1}`, 'to'],
    [`from=0&to=${now}`, 'from'],
    [`from=yesterday&to=${now}`, 'from'],
    [`from=${now}`, 'to'],
  ] as const) {
    const refused = await ask(query)
    expect(refused.json.fields.map((wrong: { field: string }) => wrong.field)).toContain(field)
    expect(refused.status).toBe(400)
  }
  expect((await ask(`from=0&to=1`, 999)).json.code).toBe('unknown_sale')
  expect((await anna('GET', '/api/sales/999/live')).json.code).toBe('unknown_sale')
})
