import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault, Scene } from './fault.ts'

/** Redis forgets everything, and goes on. */
export const flushAll: Fault = {
  name: 'FLUSHALL',
  work: 'flight',
  async strike({ at }) {
    await at.redis.flushall()
    return { from: Date.now() }
  },
}

const files = ({ at }: Scene) => join(at.stack.dir, 'redis', 'appendonlydir')
const copy = ({ at }: Scene) => join(at.stack.dir, 'redis-old')

/** Redis comes back with the files it had seconds ago: it knows a sale, but an old one. */
export const oldFiles: Fault = {
  name: 'redis with old files',
  work: 'flight',
  async prepare(scene) {
    await rm(copy(scene), { recursive: true, force: true })
    // Taken while it writes, as a snapshot of a disk would be: Redis cuts off a last command that is not whole.
    await cp(files(scene), copy(scene), { recursive: true })
  },
  async strike(scene) {
    await scene.at.stack.stopProcess('redis')
    await rm(files(scene), { recursive: true, force: true })
    await cp(copy(scene), files(scene), { recursive: true })
    await scene.at.stack.startProcess('redis')
    return { from: Date.now() }
  },
}

/** Redis counts wrong, which nobody told it: units left, units on their way, units that the line wants. */
export const wrongCount: Fault = {
  name: 'wrong count in redis',
  work: 'flight',
  async strike({ at, sale, random }) {
    const [field, by] = random.pick([
      ...([-7, -3, 3, 20] as const).map((units) => ['left', units] as const),
      ...([-3, 3, 20] as const).map((units) => ['flying', units] as const),
      ...([-3, 20] as const).map((units) => ['waiting', units] as const),
    ])
    await at.redis.hincrby(`sale:{${sale}}`, field, by)
    return { from: Date.now() }
  },
}
