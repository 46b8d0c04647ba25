import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCentre } from '../../contract/centre.ts'
import { CENTRE } from '../../contract/keys.ts'
import { runCommandLine } from '../../ops/command-line.ts'
import { ROOT } from '../../platform/root.ts'
import { provideCertificate } from '../../stack/certificate.ts'
import { doorEnv } from '../../stack/local-env.ts'
import { planNginx } from '../../stack/nginx.ts'
import { choosePort } from '../../stack/ports.ts'
import type { Stack } from '../../stack/stack.ts'
import { call, click, eventually, pause } from '../door/call.ts'
import { endProcess } from '../door/end-process.ts'
import { lendStack, openShop, type Shop } from '../lend-stack.ts'

// Gateways that hold little, so that a small crowd is too much for them; and everything may be switched here.
let stack: Stack
let shop: Shop
let second: { port: number; stop: () => Promise<void> }
beforeAll(async () => {
  stack = await lendStack({
    env: { gateway: { SLUICE_SHARE_FROM: '20', SLUICE_SHARE_SURPLUS: '1', SLUICE_HOT_USER: '8' } },
  })
  shop = await openShop(stack)
  second = await startSecondDoor()
})
afterAll(async () => {
  await second?.stop()
  await shop?.close()
  await stack?.stop()
})

/** Another nginx of the same fleet: the same Redis and gateways, a run folder and ports of its own. */
async function startSecondDoor() {
  const dir = await mkdtemp(join(tmpdir(), 'second-door-'))
  await mkdir(join(dir, 'www'))
  const [flashPort, shopPort, opsPort] = [await choosePort(), await choosePort(), await choosePort()]
  const plan = await planNginx(dir, {
    ...{ root: ROOT, flashPort, shopPort, opsPort, workerProcesses: 1 },
    tls: { port: await choosePort(), ...(await provideCertificate(join(dir, 'tls'))) },
    gateways: stack.ports.gateways.map((port) => ({ host: '127.0.0.1', port })),
    env: doorEnv(stack.env),
  })
  const nginx = spawn(plan.command, plan.args, { env: { ...process.env, ...plan.env }, stdio: 'ignore' })
  await eventually(() => plan.isReady())
  await eventually(async () => (await call(flashPort, 'GET', '/api/sales')).status === 200)
  return {
    port: flashPort,
    stop: async () => {
      await endProcess(nginx, 'SIGTERM')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Runs `sluice switch …` in this process; gives what it printed. */
async function sluiceSwitch(...words: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const surroundings = { env: { ...stack.env, SLUICE_LOG_LEVEL: 'info' }, out, err }
  const code = await runCommandLine(['switch', ...words, '--json'], surroundings)
  out.end()
  err.end()
  const [printed, stderr] = [await text(out), await text(err)]
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(printed)
}
const turn = sluiceSwitch
/** Everything within a second or so, at doors and gateways: patient only because the machine may be busy. */
const soon = eventually

const as = (buyer: string) => ({ headers: { authorization: `Bearer ${shop.token(buyer)}` } })
const get = (path: string, buyer: string) => call(stack.ports.flash, 'GET', path, as(buyer))
/** What a gateway itself says, whatever the door knows already. */
const askGateway = (n: number, method: string, path: string, buyer: string) =>
  call(stack.ports.gateways[n]!, method, path, {
    headers: { 'x-edge-key': stack.secrets.edgeKey, 'x-user-id': buyer },
  })

describe('the admission share', () => {
  test('two doors, one crowd that is too large: the share falls, and every unit is sold all the same', async () => {
    const stock = 20
    const sale = await shop.sell({ stock, standby: 0, release: { batch: 50, everyMs: 50 } })
    const portOf = (n: number) => (n % 2 === 0 ? stack.ports.flash : second.port)
    const crowd = Array.from({ length: 100 }, (_, n) => `crowd-${n}`)
    const holders: string[] = []
    const codes = new Set<string>()
    const clickOne = async (name: string, port: number) => {
      const answer = await click(port, sale, shop.token(name))
      if (answer.json.ticket) holders.push(name)
      else codes.add(answer.json.code)
      return answer
    }
    await Promise.all(crowd.map((name, n) => clickOne(name, portOf(n))))
    await soon(async () => (await shop.orders(sale)).length === stock)
    expect(holders).toHaveLength(stock)
    // More clicks passed in that second than the gateways are said to hold.
    const share = async () => readCentre(await shop.redis.get(CENTRE)).shares[sale]!.share
    await soon(async () => (await share()) < 1)

    // Units come back while a crowd still asks: some are told to come again, and do; all is sold again.
    for (const { buyer, number } of (await shop.orders(sale)).slice(0, 8)) {
      const path = `/api/orders/${sale}-${number}`
      expect((await call(stack.ports.flash, 'DELETE', path, as(buyer))).status).toBe(204)
    }
    const losers = crowd.filter((name) => !holders.includes(name))
    const again = async (name: string, n: number): Promise<void> => {
      while (holders.length < stock + 8) {
        const { json, headers } = await clickOne(name, portOf(n))
        if (json.ticket) return
        await pause(1_000 * Math.min(3, Number(headers['retry-after'])))
      }
    }
    await Promise.all(losers.map(again))
    expect(codes).toContain('busy')
    await soon(async () => {
      const { audit } = await shop.audit(sale)
      return audit.ok && audit.sold === stock
    })
  })

  test('fixed by hand it is the same at both doors, until it is put back', async () => {
    const sale = await shop.sell({ stock: 200 })
    const ports = [stack.ports.flash, second.port]
    const clickAsNew = (port: number) => click(port, sale, shop.token(`new-${Math.random()}`))
    await turn('share', '0', '--sale', String(sale))
    for (const port of ports) await soon(async () => (await clickAsNew(port)).json.code === 'busy')
    for (const port of [...ports, ...ports, ...ports]) expect((await clickAsNew(port)).json.code).toBe('busy')
    await turn('share', 'default', '--sale', String(sale))
    for (const port of ports) await soon(async () => (await clickAsNew(port)).status === 202)
  })
})

test('a buyer who asks too often at two doors together is slowed at both', async () => {
  const sale = await shop.sell()
  const bot = shop.token('bot')
  let running = true
  const flood = async (port: number) => {
    // Six a second at each: neither door alone would find it too much.
    while (running) {
      await call(port, 'GET', '/api/orders', { headers: { authorization: `Bearer ${bot}` } })
      await pause(150)
    }
  }
  const floods = [flood(stack.ports.flash), flood(second.port)]
  for (const port of [stack.ports.flash, second.port])
    await eventually(async () => {
      const { json, headers } = await click(port, sale, bot)
      return json.code === 'too_many_requests' && Number(headers['retry-after']) > 2
    })
  running = false
  await Promise.all(floods)
})

describe('switches', () => {
  test('order-records: the list of orders is as short as switched', async () => {
    for (const _ of [1, 2]) {
      const sale = await shop.sell()
      await click(stack.ports.flash, sale, shop.token('collector'))
    }
    await soon(async () => (await get('/api/orders', 'collector')).json.length === 2)
    await turn('order-records', '1')
    await soon(async () => (await get('/api/orders', 'collector')).json.length === 1)
    await turn('order-records', 'default')
    await soon(async () => (await get('/api/orders', 'collector')).json.length === 2)
  })

  test('eta and poll-factor: who waits is told no time, and to ask later', async () => {
    const sale = await shop.sell({ stock: 100, release: { batch: 1, everyMs: 16_000 } })
    await click(stack.ports.flash, sale, shop.token('head'))
    // The next one is first in line from here on, for 16 s.
    await soon(async () => (await shop.orders(sale)).length === 1)
    const { ticket } = (await click(stack.ports.flash, sale, shop.token('waiter'))).json
    const path = `/api/tickets/${ticket}`
    const normal = (await get(path, 'waiter')).json
    expect(normal.etaMs).toBeGreaterThan(0)
    expect(normal.pollAfterMs).toBeLessThanOrEqual(4_400)
    await turn('eta', 'off', '--sale', String(sale))
    await turn('poll-factor', '20', '--sale', String(sale))
    for (const n of [0, 1])
      await soon(async () => {
        const { etaMs, pollAfterMs, state } = (await askGateway(n, 'GET', path, 'waiter')).json
        return state === 'waiting' && etaMs === undefined && pollAfterMs > 6_000
      })
  })

  test('challenge: a sale that has one asks for none', async () => {
    const sale = await shop.sell({ challenge: 'quiz' })
    const asked = async () => (await call(stack.ports.flash, 'GET', `/api/sales/${sale}`)).json.challenge
    await soon(async () => (await asked()) === 'quiz')
    await turn('challenge', 'off', '--sale', String(sale))
    await soon(async () => (await asked()) === 'none')
    expect((await click(stack.ports.flash, sale, shop.token('no-riddle'))).status).toBe(202)
  })

  test('cancellations: refused with when to come again, and possible again later', async () => {
    const sale = await shop.sell()
    await click(stack.ports.flash, sale, shop.token('regretful'))
    await soon(async () => (await shop.orders(sale)).length === 1)
    const cancel = () => call(stack.ports.flash, 'DELETE', `/api/orders/${sale}-1`, as('regretful'))
    await turn('cancellations', 'off', '--sale', String(sale))
    for (const n of [0, 1])
      await soon(
        async () => (await askGateway(n, 'DELETE', `/api/orders/${sale}-1`, 'stranger')).status === 503,
      )
    const refused = await cancel()
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([503, 'busy', '30'])
    expect((await shop.orders(sale))[0]!.state).toBe('awaiting_payment')
    await turn('cancellations', 'on', '--sale', String(sale))
    await soon(async () => (await cancel()).status === 204)
  })

  test('a gateway refuses by itself what is read-only or closed, for a door that does not know yet', async () => {
    const sale = await shop.sell()
    const join = `/api/sales/${sale}/orders`
    await turn('read-only', 'on', '--sale', String(sale))
    for (const n of [0, 1]) {
      await soon(async () => (await askGateway(n, 'POST', join, 'early')).json.code === 'paused')
      expect((await askGateway(n, 'GET', `/api/orders/${sale}-1`, 'early')).json.code).toBe('unknown_order')
    }
    await turn('closed', 'on', '--sale', String(sale))
    for (const n of [0, 1])
      await soon(
        async () =>
          (await askGateway(n, 'GET', `/api/orders/${sale}-1`, 'early')).json.code === 'unavailable',
      )
    expect((await askGateway(0, 'GET', `/api/sales/${sale}`, 'early')).status).toBe(200)
    const other = await shop.sell()
    expect((await click(stack.ports.flash, other, shop.token('elsewhere'))).status).toBe(202)
  })

  test('a level is all of its switches, at the doors too; every change is on record', async () => {
    const sale = await shop.sell()
    await turn('level', '6', '--by', 'tester', '--reason', 'drill')
    for (const port of [stack.ports.flash, second.port])
      await soon(async () => (await click(port, sale)).json.code === 'unavailable')
    await turn('level', '0')
    for (const port of [stack.ports.flash, second.port])
      await soon(async () => (await click(port, sale)).json.code === 'unauthenticated')
    const history: { name: string; before: string; after: string; who: string; reason: string }[] =
      await sluiceSwitch('--history')
    const levels = history
      .filter(({ name }) => name === 'level')
      .map(({ before, after, who, reason }) => [before, after, who === 'tester', reason])
    expect(levels).toEqual([
      ['6', '0', false, ''],
      ['default', '6', true, 'drill'],
    ])
  })

  test('Redis forgets them: MySQL has them, and they stay in force', async () => {
    const sale = await shop.sell()
    await turn('read-only', 'on', '--sale', String(sale))
    await soon(async () => (await click(stack.ports.flash, sale)).json.code === 'paused')
    await shop.redis.del('switches', 'centre')
    await soon(async () => (await shop.redis.exists('switches')) === 1)
    expect((await click(stack.ports.flash, sale)).json.code).toBe('paused')
  })
})

describe('the rules on load', () => {
  test('trouble of one gateway raises the level for all, recorded with its reason; `auto off` ends it', async () => {
    // What a gateway that is too busy would report; its own reports are of another name.
    const trouble = JSON.stringify({ loopMs: 5_000, inFlight: 0, queue: 0, orderLagMs: 0 })
    const reporting = setInterval(async () => {
      await shop.redis.set('gateway:overloaded', trouble, 'PX', 2_000)
      await shop.redis.sadd('gateways', 'overloaded')
    }, 200)
    const inForce = async (): Promise<number> => (await sluiceSwitch()).level
    try {
      await eventually(async () => (await inForce()) >= 1)
      await soon(async () => {
        const { text: metrics } = await call(stack.ports.ops, 'GET', '/metrics')
        return Number(/^sluice_door_level (\d)/m.exec(metrics)?.[1]) >= 1
      })
      await eventually(async () => {
        const history: { name: string; who: string; reason: string }[] = await sluiceSwitch('--history')
        const newest = history.find(({ name }) => name === 'auto-level')
        return newest?.reason === 'loopMs 5000' && newest.who.startsWith('gateway-')
      })
    } finally {
      clearInterval(reporting)
    }
    await turn('auto', 'off')
    expect(await inForce()).toBe(0)
  })
})
