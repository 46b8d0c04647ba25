import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './fault.ts'
import { flushAll } from './lose-redis.ts'

/** Everything at once: dead, frozen, forgotten, cut and without replies, all in the same second. */
export const storm: Fault = {
  name: 'everything at once',
  work: 'flight',
  async strike(scene) {
    const { at, random } = scene
    const { stack } = at
    await flushAll.strike(scene)
    const links = Object.values(at.links)
    for (const link of links) random.pick([() => link.cut(), () => link.withhold(), () => {}])()
    const frozen = random.shuffle(['gateway-1', 'worker-1', 'mysql'])
    for (const name of frozen) stack.kill(name, 'SIGSTOP')
    for (const name of random
      .shuffle(['gateway-2', 'worker-2', 'rabbitmq', 'redis', 'sandbox', 'nginx'])
      .slice(0, 4))
      stack.kill(name, 'SIGKILL')
    await sleep(random.whole(1_000, 3_000))
    for (const link of links) link.heal()
    for (const name of frozen) stack.kill(name, 'SIGCONT')
    return { from: Date.now() }
  },
}
