import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Books, openBooks } from './books.ts'
import type { Event } from './payment.ts'

let dir: string
let events: Event[]
let books: Books

const file = () => join(dir, 'books', 'books.jsonl')
const open = () =>
  openBooks(
    file(),
    (event) => events.push(event),
    (error) => {
      throw error
    },
  )
const asked = (id: string, amount = 4900) => ({
  ...{ id, amount, currency: 'EUR', description: 'a kettle', returnUrl: 'http://127.0.0.1/sales/1' },
})
const outcome = async (change: Promise<{ outcome: string }>) => (await change).outcome

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sandbox-books-'))
  events = []
  books = await open()
})
afterEach(async () => {
  await books.close()
  await rm(dir, { recursive: true })
})

test('a payment is opened once; another amount or currency is refused', async () => {
  expect(await outcome(books.open(asked('1-1')))).toBe('done')
  expect(await outcome(books.open(asked('1-1')))).toBe('again')
  expect(await outcome(books.open(asked('1-1', 4901)))).toBe('refused')
  expect(await outcome(books.open({ ...asked('1-1'), currency: 'USD' }))).toBe('refused')
  expect(await books.all()).toHaveLength(1)
})

test('of paying and making void at the same instant exactly one happens', async () => {
  for (let i = 0; i < 50; i++) {
    const id = `2-${i}`
    await books.open(asked(id))
    const order = [books.pay, books.void]
    if (i % 2) order.reverse()
    const outcomes = await Promise.all([...order, ...order].map((move) => outcome(move(id))))
    expect(outcomes).toEqual(['done', 'refused', 'again', 'refused'])
  }
  expect(events).toHaveLength(50)
})

test('money goes back once, and only where it came in', async () => {
  await books.open(asked('1-1'))
  expect(await outcome(books.refund('1-1'))).toBe('refused')
  await books.pay('1-1')
  expect(await Promise.all([books.refund('1-1'), books.refund('1-1')].map(outcome))).toEqual([
    'done',
    'again',
  ])
  expect(events.map(({ type }) => type)).toEqual(['payment.succeeded', 'payment.refunded'])
})

test('what it never heard of is unknown, and may be opened later', async () => {
  for (const move of [books.pay, books.void, books.refund, books.refuse])
    expect(await outcome(move('9-9'))).toBe('unknown')
  expect(await outcome(books.open(asked('9-9')))).toBe('done')
})

test('a refused card changes nothing, and the shop is told', async () => {
  await books.open(asked('1-1'))
  expect(await outcome(books.refuse('1-1'))).toBe('done')
  expect(await books.find('1-1')).toMatchObject({ state: 'open' })
  expect(events.map(({ type }) => type)).toEqual(['payment.refused'])
})

test('its next life knows all that was answered, and what the shop was not told; half a line is cut away', async () => {
  await books.open(asked('1-1'))
  await books.pay('1-1')
  await books.open(asked('1-2'))
  await books.void('1-2')
  await books.told(events[0]!.id)
  await books.close()
  await appendFile(file(), '{"at":1,"opened":{"id":"1-3","am')
  books = await open()
  expect((await books.all()).map(({ id, state }) => [id, state])).toEqual([
    ['1-1', 'succeeded'],
    ['1-2', 'void'],
  ])
  expect(books.untold()).toEqual([events[1]])
  expect(await outcome(books.open(asked('1-3')))).toBe('done')
  await books.close()
  for (const line of (await readFile(file(), 'utf8')).trim().split('\n')) JSON.parse(line)
  books = await open()
  expect(await books.all()).toHaveLength(3)
})
