import { afterAll, beforeAll, expect, test } from 'vitest'
import { readStatus } from '../../platform/local-stack/status.ts'
import { ROLES } from '../../stack/stack.ts'
import { pollAll } from '../crowd.ts'
import { type Answer, call, click, eventually, pause } from '../door/call.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'
import { expressionsOf, metricsIn, readAlerts, readDashboards, readRecorded } from '../monitoring-files.ts'
import { until, watchWithPrometheus } from './watch-with-prometheus.ts'

// Two nginx instances and three gateways. One stack for all tests.

let stack: Awaited<ReturnType<typeof lendStack>>
let shop: Shop
beforeAll(async () => {
  stack = await lendStack({ doors: 2, gateways: 3, workers: 1, roles: ROLES })
  shop = await openShop(stack)
})
afterAll(async () => {
  await shop?.close()
  await stack?.stop()
})

const ports = () => stack.doors.map(({ port }) => port)

/** Waits until every door knows the sale. */
const seenByAll = (sale: number) =>
  eventually(async () => {
    const answers = await Promise.all(ports().map((port) => call(port, 'GET', `/api/sales/${sale}`)))
    return answers.every(({ json }) => json?.state === 'open')
  })

test('each door and gateway is a process of its own, and status lists them', async () => {
  const { doors, processes, flash } = await readStatus(stack.dir)
  const names = processes.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['nginx', 'nginx-2', 'gateway-1', 'gateway-2', 'gateway-3', 'worker-1']),
  )
  expect(new Set(processes.map(({ pid }) => pid)).size).toBe(processes.length)
  expect(doors?.map(({ name }) => name)).toEqual(['nginx', 'nginx-2'])
  expect(doors?.[0]?.flash).toBe(flash)
  for (const port of ports()) {
    const page = await call(port, 'GET', '/')
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  }
})

test('a place is the same through every door; limits are counted by each door for itself', async () => {
  const sale = await shop.sell({ stock: 5 })
  await seenByAll(sale)
  const token = shop.token('at-two-doors')
  const [first, second] = ports() as [number, number]
  const one = await click(first, sale, token)
  const two = await click(second, sale, token)
  expect([one.status, two.status]).toEqual([202, 200])
  expect(two.json.number).toBe(one.json.number)
  // The documented sum: polls_per_second at each of two doors.
  const headers = { authorization: `Bearer ${shop.token('fast-reader')}` }
  const asked = await Promise.all(
    ports().flatMap((port) =>
      Array.from({ length: 15 }, () => call(port, 'GET', '/api/orders', { headers })),
    ),
  )
  const passed = asked.filter(({ status }) => status === 200).length
  const refused = asked.filter(({ status, json }) => status === 429 && json.code === 'too_many_requests')
  expect([passed, refused.length]).toEqual([20, 10])
})

test('a real Prometheus finds every process, knows every metric of alerts and dashboards, and tells of a worker that ends', async () => {
  await shop.sell({ stock: 5 })
  const watch = await watchWithPrometheus(stack)
  try {
    const up = async () => (await watch.ask('up == 1')).map(({ metric }) => metric.process).sort()
    const processes = ['nginx', 'nginx-2', 'gateway-1', 'gateway-2', 'gateway-3', 'worker-1', 'console']
    // RabbitMQ twice: its own numbers, and its queues.
    await until(up, [...processes, 'rabbitmq', 'rabbitmq'].sort())
    expect(await watch.ask('up == 0')).toEqual([])
    expect(await watch.firing()).toEqual([])

    await stack.stopProcess('worker-1')
    // Of one worker it is told a few seconds later: it might be back.
    const critical = async () => (await watch.firing()).filter((name) => name !== 'WorkerDown')
    await until(critical, ['AllWorkersDown'])

    // Meanwhile all that anybody may ask for: each metric exists, and each expression is understood.
    const expressions = [
      ...readAlerts().map(({ expr }) => expr),
      ...readRecorded().map(({ expr }) => expr),
      ...readDashboards().flatMap(expressionsOf),
    ]
    const names = await watch.names()
    const unknown = expressions.flatMap(metricsIn).filter((name) => !names.has(name))
    expect([...new Set(unknown)]).toEqual([])
    await Promise.all(expressions.map(watch.ask))
    const books = 'max by (sale) (sluice_sale_stock_units) == max by (sale) (sluice_sale_left_units)'
    expect((await watch.ask(books)).map(({ value }) => value[1])).toContain('5')
    const queues = await watch.ask('rabbitmq_detailed_queue_consumers == 0')
    expect(queues.map(({ metric }) => metric.queue)).toContain('sluice.orders')

    await stack.startProcess('worker-1')
    await until(watch.firing, [])
  } finally {
    await stack.startProcess('worker-1')
    await watch.stop()
  }
}, 180_000)

test('kill -9 of a door and a gateway in the middle of a sale: nothing is lost, and both come back', async () => {
  const stock = 150
  const sale = await shop.sell({ stock, standby: 0, release: { batch: 10, everyMs: 100 } })
  await seenByAll(sale)
  const holders: { buyer: string; ticket: string }[] = []
  const told: string[] = []

  /** Clicks until there is an answer, at the other door where one is dead: as a browser with two addresses does. */
  const clickOn = async (n: number): Promise<void> => {
    const buyer = `crowd${n}`
    const token = shop.token(buyer)
    for (let turn = n; ; turn++) {
      const answer = await click(ports()[turn % 2]!, sale, token).catch(() => undefined)
      if (answer && [200, 202].includes(answer.status)) {
        holders.push({ buyer, ticket: answer.json.ticket })
        return
      }
      if (answer && isFinal(answer)) {
        told.push(answer.json.code)
        return
      }
      await pause(100)
    }
  }
  const isFinal = ({ json }: Answer) => ['sold_out', 'line_full'].includes(json?.code)

  const before = new Map(stack.processes().map(({ name, pid }) => [name, pid]))
  const buyers = Array.from({ length: 400 }, (_, n) => n)
  const clicking = Promise.all(
    buyers.map(async (n) => {
      await pause(n * 8)
      await clickOn(n)
    }),
  )
  await eventually(async () => holders.length >= 30)
  stack.kill('nginx-2', 'SIGKILL')
  stack.kill('gateway-1', 'SIGKILL')
  const missing = stock - holders.length
  await clicking
  // In the middle: most of the places were given out after the deaths.
  expect(missing).toBeGreaterThan(stock / 3)
  expect([holders.length, told.length]).toEqual([stock, 400 - stock])

  for (const name of ['nginx-2', 'gateway-1']) {
    await eventually(async () => {
      const now = stack.processes().find((one) => one.name === name)
      return now !== undefined && now.pid !== before.get(name)
    })
    await stack.waitReady(name, 15_000)
  }
  const standings = await pollAll(stack, holders, 30_000)
  expect(standings.map(({ state }) => state)).toEqual(Array(stock).fill('awaiting_payment'))
  expect((await shop.orders(sale)).map(({ buyer }) => buyer).sort()).toEqual(
    holders.map(({ buyer }) => buyer).sort(),
  )
  expect((await shop.audit(sale)).audit).toMatchObject({ ok: true, stock, sold: stock, left: 0, inFlight: 0 })
  // The door that came back serves as before.
  expect((await click(ports()[1]!, sale, shop.token('late'))).json.code).toMatch(/sold_out|line_full/)
})

test('everything behind the doors frozen: they say unavailable at once, and go on when it goes on', async () => {
  const sale = await shop.sell({ stock: 5 })
  await seenByAll(sale)
  const backends = stack
    .processes()
    .filter(({ role }) => ['gateway', 'worker', 'redis', 'rabbitmq', 'mysql'].includes(role))
  const send = (signal: NodeJS.Signals) => {
    // The supervisor ends what has been frozen for long, and starts it again.
    for (const { name } of backends) if (isRunning(name)) stack.kill(name, signal)
  }
  const isRunning = (name: string) => stack.processes().some((one) => one.name === name)
  const gatewaysUp = async (port: number) =>
    (await call(port, 'GET', '/metrics')).text.match(/^sluice_door_gateway_up\{.*\} 1$/gm)?.length ?? 0
  const ops = stack.doors.map((door) => Number(new URL(door.ops).port))

  send('SIGSTOP')
  await eventually(async () => (await Promise.all(ops.map(gatewaysUp))).every((up) => up === 0))
  const took: number[] = []
  for (let n = 0; n < 20; n++) {
    const askedAt = performance.now()
    const answer = await click(ports()[n % 2]!, sale, shop.token(`frozen${n}`))
    took.push(performance.now() - askedAt)
    expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '1',
    ])
  }
  // A gateway's timeout alone is 3 s.
  expect(Math.max(...took)).toBeLessThan(1_000)
  send('SIGCONT')
  await Promise.all(backends.map(({ name }) => stack.waitReady(name, 20_000)))
  for (const [n, port] of ports().entries())
    await eventually(async () => (await click(port, sale, shop.token(`again${n}`))).status < 300)
})
