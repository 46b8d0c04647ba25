import { setTimeout as sleep } from 'node:timers/promises'
import { select } from '../../platform/mysql.ts'
import type { Buyer, Intent } from './buyer.ts'
import type { Fault, Scene } from './faults/fault.ts'
import type { Plan } from './plan.ts'
import { createRandom } from './random.ts'

// Small runs, each at the very place that one guard stands before: with it they are green, without it red.

const UNITS = 20

const plan = (fault: Fault, changes: Partial<Plan>, buyers: { count: number; intent?: Intent }): Plan => ({
  ...{ seed: 0, demand: buyers.count / UNITS, stock: UNITS, standby: 0, payWithinS: 30, deduct: 'order' },
  ...{ release: { batch: 20, everyMs: 100 }, provider: {}, random: createRandom(1), faults: [fault] },
  waves: [
    Array.from({ length: buyers.count }, (_, i): Buyer => {
      return { name: `n${i + 1}`, intent: buyers.intent ?? 'pay', tabs: 1, givesUp: true }
    }),
  ],
  ...changes,
})

/** Until every unit has left the line, and what was published is confirmed. */
async function untilAllFly({ at, sale }: Scene): Promise<void> {
  for (const deadline = Date.now() + 8_000; Date.now() < deadline; await sleep(20))
    if ((await at.redis.hlen(`sale:{${sale}}:flight`)) >= UNITS) break
  await sleep(500)
}

/** Redis believes in twice the units while twice the buyers come. */
export const redisBelievesInMore = (): Plan =>
  plan(
    {
      ...{ name: 'redis believes in more', work: 'questions' },
      async strike({ at, sale }) {
        await at.redis.hincrby(`sale:{${sale}}`, 'left', UNITS)
        return { from: Date.now() }
      },
    },
    { standby: UNITS },
    { count: 2 * UNITS },
  )

/** Units are taken by paying: twice as many buyers open a payment, and only when all have do they pay. */
export const twiceAsManyPay = (): Plan =>
  plan(
    {
      ...{ name: 'twice as many pay', work: 'questions' },
      async strike({ at, sale, desk }) {
        const opened = () =>
          select<{ number: number; buyer: string }>(
            at.mysql,
            `SELECT o.number, o.buyer FROM orders o JOIN payments p ON p.sale_id = o.sale_id AND p.number = o.number
             WHERE o.sale_id = ? AND p.state = 'open'`,
            [sale],
          )
        for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(50))
          if ((await opened()).length >= 2 * UNITS) break
        const orders = await opened()
        await Promise.all(orders.map(({ number, buyer }) => desk.pay(buyer, `${sale}-${number}`)))
        return { from: Date.now(), hit: orders.length === 2 * UNITS }
      },
    },
    { deduct: 'payment', standby: UNITS },
    { count: 2 * UNITS, intent: 'dither' },
  )

/** Redis reserves, and its answers do not come back. */
export const reserveRepliesLost = (): Plan =>
  plan(
    {
      ...{ name: 'reserve without reply', work: 'flight' },
      prepare: async ({ at }) => at.links['worker→redis'].withhold(),
      async strike(scene) {
        const link = scene.at.links['worker→redis']
        await untilAllFly(scene)
        await sleep(2_500)
        link.heal()
        return { from: Date.now(), hit: link.withheld() > 0 }
      },
    },
    {},
    { count: UNITS },
  )

/** RabbitMQ dies with everything that was released, and nobody has consumed it. */
export const brokerDiesFull = (): Plan =>
  plan(
    {
      ...{ name: 'kill -9 of a full rabbitmq', work: 'flight' },
      prepare: async ({ at }) => at.stack.kill('worker-1', 'SIGSTOP'),
      async strike(scene) {
        const { stack } = scene.at
        await untilAllFly(scene)
        stack.kill('rabbitmq', 'SIGKILL')
        await sleep(500)
        await stack.waitReady('rabbitmq')
        stack.kill('worker-1', 'SIGCONT')
        return { from: Date.now() }
      },
    },
    {},
    { count: UNITS },
  )

/** A worker dies with batches in its hands whose rows are not committed. */
export const workerDiesBeforeCommit = (): Plan =>
  plan(
    {
      ...{ name: 'kill -9 of a worker before its commit', work: 'flight' },
      prepare: async ({ at }) => at.links['worker→mysql'].withhold(),
      async strike(scene) {
        const { stack, links } = scene.at
        await untilAllFly(scene)
        stack.kill('worker-1', 'SIGKILL')
        links['worker→mysql'].heal()
        return { from: Date.now() }
      },
    },
    {},
    { count: UNITS },
  )

/** Every buyer cancels with a double click. */
export const everybodyCancelsTwice = (): Plan =>
  plan(
    { name: 'nothing', work: 'questions', strike: async () => ({ from: Date.now() }) },
    {},
    { count: UNITS, intent: 'cancel' },
  )
