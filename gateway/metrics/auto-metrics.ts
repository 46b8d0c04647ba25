import { Gauge, type Registry } from 'prom-client'
import { type AutoLimit, type AutoRelease, readAuto } from '../../contract/auto-release.ts'
import { CENTRE } from '../../contract/keys.ts'
import type { Redis } from '../../platform/redis.ts'

const LIMITS: readonly AutoLimit[] = ['lag', 'mysql', 'queue', 'line', 'most', 'rising', 'unknown']

/** Where the loop of auto release stands at the moment of the scrape. All gateways tell the same: ask for `max`. */
export function addAutoMetrics(metrics: Registry, redis: Redis): void {
  const read = (): Promise<AutoRelease | undefined> => redis.get(CENTRE).then(readAuto, () => undefined)
  const gauge = (name: string, help: string, of: (auto: AutoRelease) => number) =>
    new Gauge({
      name: `sluice_auto_${name}`,
      help,
      registers: [metrics],
      async collect() {
        const auto = await read()
        this.reset()
        if (auto) this.set(of(auto))
      },
    })
  gauge('window_tickets', 'Tickets that may be in flight under auto release', ({ window }) => window)
  gauge(
    'recorded_per_second',
    'Tickets that the workers record in a second of work',
    (auto) => auto.perSecond,
  )
  gauge('lag_seconds', 'From release to the committed row', ({ lagMs }) => lagMs / 1_000)
  gauge('target_seconds', 'How long that may take', ({ targetMs }) => targetMs / 1_000)
  new Gauge({
    name: 'sluice_auto_limited_by',
    help: '1 for what keeps the window of auto release from being larger now',
    labelNames: ['by'],
    registers: [metrics],
    async collect() {
      const auto = await read()
      this.reset()
      if (auto) for (const by of LIMITS) this.set({ by }, by === auto.limitedBy ? 1 : 0)
    },
  })
}
