import { setTimeout as sleep } from 'node:timers/promises'
import { LINKS, type LinkName } from '../fault-stack.ts'
import type { Fault, Work } from './fault.ts'

const workOf = (link: LinkName): Work => (link.endsWith('sandbox') ? 'payments' : 'flight')

/** Every connection of a link is cut, and none comes about for a while. */
const cut = (link: LinkName): Fault => ({
  name: `cut ${link}`,
  work: workOf(link),
  async strike({ at, random }) {
    at.links[link].cut()
    await sleep(random.whole(300, 3_000))
    at.links[link].heal()
    return { from: Date.now() }
  },
})

/** What is asked arrives and is done, the answer never comes back; in the end the connection is cut. */
const withhold = (link: LinkName): Fault => ({
  name: `no reply ${link}`,
  work: workOf(link),
  async strike({ at, random }) {
    const bad = at.links[link]
    bad.withhold()
    await sleep(random.whole(300, 3_000))
    const withheld = bad.withheld()
    bad.heal()
    return { from: Date.now(), hit: withheld > 0 }
  },
})

export const badLinks: Fault[] = (LINKS as readonly LinkName[]).flatMap((link) => [cut(link), withhold(link)])
