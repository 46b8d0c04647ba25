import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saleKeys } from '../../contract/keys.ts'
import { joinLine } from '../../contract/line/join.ts'
import { releaseDue } from '../../contract/line/release.ts'
import { isAlive, type ProcessIdentity } from '../../platform/local-stack/process-identity.ts'
import type { Stack } from '../../stack/stack.ts'
import { admitted, clickAll, pollAll, tally } from '../crowd.ts'
import { eventually } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

// Processes die here, so the stack is our own. The last test stops it.

const BACK_WITHIN_MS = 15_000

let stack: Stack
let shop: Shop
/** Every process that the stack ever ran. */
const seen = new Map<string, ProcessIdentity & { name: string }>()
const note = () => {
  for (const process of stack.processes()) seen.set(process.started + process.pid, process)
}

beforeAll(async () => {
  stack = await lendStack()
  shop = await openShop(stack)
  note()
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

async function kill9(...names: string[]): Promise<void> {
  note()
  for (const name of names) stack.kill(name, 'SIGKILL')
}

async function allBack(names: string[]): Promise<void> {
  // The supervisor needs a moment to see the death.
  await eventually(async () => {
    const running = stack.processes()
    return names.every((name) => running.some((now) => now.name === name && !seen.has(now.started + now.pid)))
  }, BACK_WITHIN_MS)
  await Promise.all(names.map((name) => stack.waitReady(name, BACK_WITHIN_MS)))
  note()
}

test('kill -9 of a gateway and a worker in the middle of a sale: the same exact books', async () => {
  const stock = 400
  const sale = await shop.sell({ stock, standby: 0, release: { batch: 10, everyMs: 50 } })
  const clicking = clickAll(stack, { sale, buyers: 1_500, prefix: 'kill', perSecond: 150, connections: 50 })
  await eventually(async () => (await shop.orders(sale)).length >= 40)
  const killedAt = Date.now()
  await kill9('gateway-1', 'worker-1')
  await allBack(['gateway-1', 'worker-1'])
  expect(Date.now() - killedAt).toBeLessThan(BACK_WITHIN_MS)

  const told = await clicking
  const tickets = admitted(told)
  // In the middle: some had their ticket before the kill, some got it after.
  expect(tickets.some(({ at }) => at < killedAt)).toBe(true)
  expect(tickets.some(({ at }) => at > killedAt)).toBe(true)
  // A click whose gateway died is handed to the other one, which knows its ticket: 200 instead of 202.
  const withTicket = told.filter((one) => one.ticket !== undefined) as { buyer: string; ticket: string }[]
  expect(withTicket.length).toBe(stock)
  const refusals = Object.keys(tally(told)).filter((answer) => !/^20[02]$/.test(answer))
  expect(['410 sold_out', '503 line_full']).toEqual(expect.arrayContaining(refusals))

  const won = await pollAll(stack, withTicket, 40_000)
  expect(won.map(({ state }) => state)).toEqual(Array(stock).fill('awaiting_payment'))
  const orders = await shop.orders(sale)
  expect(orders.map(({ buyer }) => buyer).sort()).toEqual(withTicket.map(({ buyer }) => buyer).sort())
  const { code, audit } = await shop.audit(sale)
  expect(audit).toMatchObject({ ok: true, stock, sold: stock, left: 0, tickets: stock, inFlight: 0 })
  expect(code).toBe(0)
})

describe('deaths at the worst instant', () => {
  test('a gateway that died between the line and RabbitMQ: another one publishes its batch', async () => {
    const clicks = Array.from({ length: 5 }, (_, i) => ({ buyer: `orphan${i}`, quantity: 1 }))
    let sale = 0
    await eventually(async () => {
      sale = await shop.sell({ stock: 5, standby: 0, release: { batch: 5, everyMs: 50 } })
      // What a gateway does in that instant, then nothing more. In one breath; yet a living gateway may come in between,
      // and then it is done again.
      const [joined, released] = await Promise.all([
        joinLine(shop.redis, sale, clicks),
        releaseDue(shop.redis, sale, { leaseMs: 1_000, flightWindow: 100, messageTickets: 100 }),
      ])
      expect(joined.answers.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
      return released.batches.map(({ message }) => message.tickets.length).join() === '5'
    })
    expect(await shop.orders(sale)).toEqual([])
    await eventually(async () => (await shop.orders(sale)).length === 5)
    expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, sold: 5, left: 0, inFlight: 0 })
  })

  test('workers that died before their commit: the batch is delivered again', async () => {
    const sale = await shop.sell({ stock: 20, standby: 0, release: { batch: 20, everyMs: 50 } })
    // Whoever holds the sale's row keeps the workers in the middle of their transaction.
    const holder = await shop.mysql.getConnection()
    try {
      await holder.query('START TRANSACTION')
      await holder.query('SELECT id FROM sales WHERE id = ? FOR UPDATE', [sale])
      const told = await clickAll(stack, { sale, buyers: 20, prefix: 'held' })
      expect(tally(told)).toEqual({ 202: 20 })
      // A worker has reserved, and now waits for the row; further batches wait behind it.
      await eventually(async () => Number(await shop.redis.hget(saleKeys(sale).card, 'left')) < 20)
      await kill9('worker-1', 'worker-2')
      await holder.query('ROLLBACK')
      await allBack(['worker-1', 'worker-2'])
      const won = await pollAll(stack, admitted(told))
      expect(won.map(({ state }) => state)).toEqual(Array(20).fill('awaiting_payment'))
      expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, sold: 20, left: 0, inFlight: 0 })
    } finally {
      holder.release()
    }
  })
})

test('after the stop no process of the stack is left', async () => {
  note()
  expect(seen.size).toBeGreaterThan(stack.processes().length)
  await shop.close()
  await stack.stop()
  expect([...seen.values()].filter(isAlive)).toEqual([])
  expect(processesOf(stack.dir)).toEqual([])
})

/** Command lines of all processes that were started from this folder, or work inside it. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return commandLine.includes(dir) || readlinkSync(`/proc/${pid}/cwd`).startsWith(dir)
        ? [commandLine]
        : []
    } catch {
      // it has ended meanwhile
      return []
    }
  })
}
