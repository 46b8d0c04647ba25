import { createHmac } from 'node:crypto'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerKey } from '../../contract/keys.ts'
import { pollAll } from '../crowd.ts'
import { type Answer, call, eventually, pause } from '../door/call.ts'
import { openShop, type Shop } from '../lend-stack.ts'
import { openDocument } from './api-document.ts'
import { borrowStack } from './borrow-stack.ts'

const { checkAnswer, operations } = await openDocument('openapi.yaml')

let shop: Shop
beforeAll(async () => {
  shop = await openShop(borrowStack())
})
afterAll(() => shop?.close())

describe('every documented answer has been given as documented', () => {
  const given = new Set<string>()

  /** Checks an answer against the document, and notes it. */
  const check = (name: string, answer: Answer): Answer => {
    given.add(`${name} ${checkAnswer(name, answer)}`)
    return answer
  }

  const send = (method: string, path: string, buyer?: string, body?: string, type = 'application/json') =>
    call(shop.at.ports.flash, method, path, {
      headers: {
        ...(buyer === undefined ? {} : { authorization: `Bearer ${shop.token(buyer)}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    })
  /** Asks until this is the answer. */
  const told = (ask: () => Promise<Answer>, code: string) =>
    eventually(async () => (await ask()).json?.code === code)
  const JOIN = 'POST /api/sales/{sale}/orders'
  const join = async (sale: number | string, buyer?: string, body = '{}', type?: string) =>
    check(JOIN, await send('POST', `/api/sales/${sale}/orders`, buyer, body, type))

  test('time and sales', async () => {
    const sale = await shop.sell()
    check('GET /api/time', await send('GET', '/api/time'))
    const list = check('GET /api/sales', await send('GET', '/api/sales'))
    expect(list.json.length).toBeGreaterThan(0)
    check('GET /api/sales/{sale}', await send('GET', `/api/sales/${sale}`))
    check('GET /api/sales/{sale}', await send('GET', '/api/sales/999999'))
    // The gateway's own answers, which the door asks for only where its snapshot does not have the sale.
    const headers = { 'x-edge-key': shop.at.secrets.edgeKey }
    const gateway = shop.at.ports.gateways[0]!
    check('GET /api/time', await call(gateway, 'GET', '/api/time', { headers }))
    check('GET /api/sales', await call(gateway, 'GET', '/api/sales', { headers }))
    check('GET /api/sales/{sale}', await call(gateway, 'GET', `/api/sales/${sale}`, { headers }))
  })

  test('a click', async () => {
    const [open, small, standing] = await Promise.all([
      shop.sell(),
      shop.sell({ stock: 1, standby: 0 }),
      shop.sell({ stock: 1, standby: 1 }),
    ])
    const first = await join(open, 'anna')
    await join(open, 'anna')
    await join(open, 'berta', '{"quantity":2}')
    await join(open)
    await join(999_999, 'anna')
    check(JOIN, await send('PUT', `/api/sales/${open}/orders`, 'anna'))
    await join(open, 'clara', JSON.stringify({ pass: 'x'.repeat(5_000) }))
    await join(open, 'clara', '{}', 'text/plain')
    await join(await shop.sell({ opensAt: Date.now() + 60_000 }), 'anna')

    await Promise.all([join(small, 'anna'), join(standing, 'anna'), join(standing, 'berta')])
    let late = 0
    const lateComersHear = (sale: number, code: string) => told(() => join(sale, `late-${++late}`), code)
    await lateComersHear(small, 'sold_out')
    await lateComersHear(standing, 'line_full')
    await shop.sluice('sale', 'pause', String(standing))
    await lateComersHear(standing, 'paused')
    await shop.sluice('sale', 'close', String(standing))
    await lateComersHear(standing, 'ended')

    await eventually(async () => {
      const { status, json } = await join(open, 'anna')
      return status === 200 && json.ticket === first.json.ticket
    })
  })

  test('challenges', async () => {
    const [captcha, quiz, pow, none, early] = await Promise.all([
      ...(['captcha', 'quiz', 'pow', 'none'] as const).map((challenge) => shop.sell({ challenge })),
      shop.sell({ challenge: 'quiz', opensAt: Date.now() + 600_000 }),
    ])
    const path = (sale: number) => `/api/sales/${sale}/challenge`
    const ask = async (sale: number, buyer?: string) =>
      check('GET /api/sales/{sale}/challenge', await send('GET', path(sale), buyer))
    const answer = async (sale: number, given: unknown, buyer?: string, type?: string) => {
      const sent = await send('POST', path(sale), buyer, JSON.stringify({ answer: given }), type)
      return check('POST /api/sales/{sale}/challenge', sent)
    }
    const right = async (sale: number, buyer: string): Promise<string> =>
      JSON.parse((await shop.redis.get(answerKey(sale, buyer)))!)[0]

    // Every gateway draws its first pictures; each try by somebody else, because the door counts them.
    for (let tries = 0, drawn = 0; drawn < 4; tries++) {
      const { status } = await send('GET', path(captcha!), `early${tries}`)
      drawn = status === 200 ? drawn + 1 : 0
      if (drawn === 0) await pause(100)
    }
    expect((await ask(captcha!, 'anna')).json.kind).toBe('captcha')
    const { pass } = (await answer(captcha!, await right(captcha!, 'anna'), 'anna')).json
    await join(captcha!, 'berta')
    await join(captcha!, 'clara', JSON.stringify({ pass }))
    expect((await join(captcha!, 'anna', JSON.stringify({ pass }))).status).toBe(202)

    expect((await ask(quiz!, 'anna')).json.kind).toBe('quiz')
    expect((await answer(quiz!, await right(quiz!, 'anna'), 'anna')).status).toBe(200)
    const { challenge } = (await ask(pow!, 'anna')).json
    const solution = await solveChallenge({ challenge, deriveKey })
    expect((await answer(pow!, { challenge, solution }, 'anna')).status).toBe(200)
    expect((await ask(none!, 'anna')).json).toEqual({ kind: 'none' })
    await answer(none!, 'x', 'anna')

    await ask(quiz!)
    await ask(999_999, 'anna')
    await ask(early!, 'anna')
    check('GET /api/sales/{sale}/challenge', await send('PUT', path(quiz!), 'anna'))
    await answer(quiz!, 'x')
    await answer(quiz!, 7, 'anna')
    await answer(quiz!, 'x', 'anna', 'text/plain')
    await answer(quiz!, 'wrong', 'clara')
    await answer(quiz!, 'wrong', 'clara')
    await ask(quiz!, 'clara')
    await shop.sluice('sale', 'close', String(quiz))
    let late = 0
    await told(() => ask(quiz!, `late-${++late}`), 'ended')
  })

  test('tickets and orders', async () => {
    const sale = await shop.sell({ stock: 1, standby: 1 })
    const { json: won } = await join(sale, 'dora')
    const { json: waits } = await join(sale, 'emma')
    const look = async (ticket: string, buyer?: string) =>
      check('GET /api/tickets/{ticket}', await send('GET', `/api/tickets/${ticket}`, buyer))
    const leave = async (ticket: string, buyer?: string) =>
      check('DELETE /api/tickets/{ticket}', await send('DELETE', `/api/tickets/${ticket}`, buyer))
    const orders = async (buyer?: string) => check('GET /api/orders', await send('GET', '/api/orders', buyer))
    const order = async (id: string, buyer?: string) =>
      check('GET /api/orders/{order}', await send('GET', `/api/orders/${id}`, buyer))

    await pollAll(shop.at, [{ buyer: 'dora', ticket: won.ticket }])
    const { json: held } = await look(won.ticket, 'dora')
    expect(Object.keys(held).sort()).toEqual(['order', 'payBy', 'pollAfterMs', 'state'])
    expect((await look(waits.ticket, 'emma')).json).toMatchObject({ state: 'waiting', position: 1 })
    await look(won.ticket)
    await look(won.ticket, 'emma')
    await leave(won.ticket)
    await leave(won.ticket, 'emma')
    await leave(won.ticket, 'dora')
    await leave(waits.ticket, 'emma')
    await pollAll(shop.at, [{ buyer: 'emma', ticket: waits.ticket }])
    expect((await look(waits.ticket, 'emma')).json).toEqual({ state: 'left' })
    await leave(waits.ticket, 'emma')

    await orders()
    expect((await orders('dora')).json[0]).toMatchObject({ order: held.order, sale, payBy: held.payBy })
    expect((await order(held.order, 'dora')).json).toMatchObject({
      order: held.order,
      state: 'awaiting_payment',
    })
    await order(held.order)
    await order(held.order, 'emma')
  })

  test('payments', async () => {
    const sale = await shop.sell({ stock: 2 })
    const ordered = async (buyer: string): Promise<string> => {
      const { ticket } = (await join(sale, buyer)).json
      await pollAll(shop.at, [{ buyer, ticket }])
      return (await send('GET', `/api/tickets/${ticket}`, buyer)).json.order
    }
    const pay = async (order: string, buyer?: string) =>
      check(
        'POST /api/orders/{order}/payment',
        await send('POST', `/api/orders/${order}/payment`, buyer, '{}'),
      )
    const cancel = async (order: string, buyer?: string) =>
      check('DELETE /api/orders/{order}', await send('DELETE', `/api/orders/${order}`, buyer))
    const webhook = async (event: object | string, at = Date.now()) => {
      const body = typeof event === 'string' ? event : JSON.stringify(event)
      const mac = createHmac('sha256', shop.at.secrets.webhook).update(`${at}.${body}`).digest('hex')
      const headers = { 'content-type': 'application/json', 'payment-signature': `t=${at},v1=${mac}` }
      const answer = await call(shop.at.ports.flash, 'POST', '/api/payments/webhook', { headers, body })
      return check('POST /api/payments/webhook', answer)
    }

    const [paid, cancelled] = [await ordered('gina'), await ordered('hugo')]
    await pay(paid)
    await pay(paid, 'hugo')
    const { payUrl } = (await pay(paid, 'gina')).json
    expect((await pay(paid, 'gina')).json.payUrl).toBe(payUrl)
    const event = { id: 'contract-1', type: 'payment.succeeded', payment: paid, amount: 990, currency: 'EUR' }
    expect((await webhook({ ...event, amount: 1 })).status).toBe(400)
    expect((await webhook(event, Date.now() - 3_600_000)).status).toBe(401)
    expect((await webhook({ ...event, payment: '999999-1' })).status).toBe(404)
    expect((await webhook('x'.repeat(5_000))).status).toBe(413)
    expect((await webhook(event)).status).toBe(204)
    expect((await send('GET', `/api/orders/${paid}`, 'gina')).json.state).toBe('paid')
    await pay(paid, 'gina')
    await cancel(paid)
    await cancel(paid, 'hugo')
    await cancel(paid, 'gina')
    expect((await cancel(cancelled, 'hugo')).status).toBe(204)
    expect((await cancel(cancelled, 'hugo')).status).toBe(204)
  })

  test('what is switched off', async () => {
    const sale = await shop.sell({ stock: 1_000 })
    const { ticket } = (await join(sale, 'nora')).json
    await eventually(
      async () => (await send('GET', `/api/tickets/${ticket}`, 'nora')).json.state === 'awaiting_payment',
    )
    const turn = (name: string, value: string) => shop.sluice('switch', name, value, '--sale', String(sale))
    let visitors = 0
    const visit = () => join(sale, `visitor-${++visitors}`)
    const cancel = async () =>
      check('DELETE /api/orders/{order}', await send('DELETE', `/api/orders/${sale}-1`, 'nora'))
    await turn('share', '0')
    await told(visit, 'busy')
    await turn('cancellations', 'off')
    // Until it is switched off the order could be cancelled: it is looked at first.
    const asNora = { 'x-edge-key': shop.at.secrets.edgeKey, 'x-user-id': 'stranger' }
    for (const port of shop.at.ports.gateways)
      await told(() => call(port, 'DELETE', `/api/orders/${sale}-1`, { headers: asNora }), 'busy')
    await told(cancel, 'busy')
    await turn('read-only', 'on')
    await told(cancel, 'paused')
    await turn('closed', 'on')
    await told(visit, 'unavailable')
  })

  test('sign-in for development', async () => {
    const user = JSON.stringify({ user: 'anna' })
    check('POST /dev/sign-in', await send('POST', '/dev/sign-in', undefined, user))
    check('POST /dev/sign-in', await send('POST', '/dev/sign-in', undefined, '{"user":"two words"}'))
    check('GET /dev/sign-in', await send('GET', '/dev/sign-in'))
    const who = (buyer?: string) => send('GET', '/dev/sign-in', buyer)
    expect([(await who()).json, (await who('anna')).json]).toEqual([{ user: null }, { user: 'anna' }])
  })

  test('none is left out', () => {
    const documented = operations.flatMap(({ name, responses }) =>
      Object.entries(responses)
        .filter(([status]) => status !== 'default')
        .flatMap(([status, { 'x-codes': codes = [''] }]) =>
          codes.map((code) => `${name} ${status} ${code}`.trim()),
        ),
    )
    expect([...given].sort()).toEqual(documented.sort())
  })
})
