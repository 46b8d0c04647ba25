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

/** Redis believes in more or fewer units than there are, which nobody told it. */
export const wrongCount: Fault = {
  name: 'wrong count in redis',
  work: 'flight',
  async strike({ at, sale, random }) {
    await at.redis.hincrby(`sale:{${sale}}`, 'left', random.pick([-7, -3, 3, 7, 20]))
    return { from: Date.now() }
  },
}
