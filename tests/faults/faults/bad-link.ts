import { setTimeout as sleep } from 'node:timers/promises'
import { LINKS, type LinkName } from '../fault-stack.ts'
import type { Fault, Work } from './fault.ts'

const WORK: Partial<Record<LinkName, Work>> = {
  'gateway→sandbox': 'payments',
  'worker→sandbox': 'questions to the provider',
}
const workOf = (link: LinkName): Work => WORK[link] ?? 'flight'

/** Workers ask the provider once a second. */
const shortest = (link: LinkName): number => (link === 'worker→sandbox' ? 1_800 : 500)

/** Every connection of a link is cut, and none comes about for a while. */
const cut = (link: LinkName): Fault => ({
  name: `cut ${link}`,
  work: workOf(link),
  async strike({ at, random }) {
    const bad = at.links[link]
    const asking = bad.cut()
    await sleep(random.whole(shortest(link), 3_000))
    const refused = bad.refused()
    bad.heal()
    return { from: Date.now(), hit: asking + refused > 0 }
  },
})

/** What is asked arrives and is done, the answer never comes back; in the end the connection is cut. */
const withhold = (link: LinkName): Fault => ({
  name: `no reply ${link}`,
  work: workOf(link),
  async strike({ at, random }) {
    const bad = at.links[link]
    bad.withhold()
    await sleep(random.whole(shortest(link), 3_000))
    const withheld = bad.withheld()
    bad.heal()
    return { from: Date.now(), hit: withheld > 0 }
  },
})

export const badLinks: Fault[] = (LINKS as readonly LinkName[]).flatMap((link) => [cut(link), withhold(link)])
