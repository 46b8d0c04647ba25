import { Gauge, type Registry } from 'prom-client'
import { saleKeys } from '../../contract/keys.ts'
import type { Sale } from '../../contract/words.ts'
import type { Redis } from '../../platform/redis.ts'
import { perSecond } from '../line/pace.ts'

/** What Redis's card of a sale says at this moment; absent while Redis is away or has lost it. */
interface Card {
  left: number
  flying: number
  waiting: number
}

/**
 * The books of every live sale as metrics, by sale: MySQL's numbers as this gateway last read them (once a second), and
 * Redis's of the moment of the scrape. All gateways tell the same, so ask for `max by (sale)`.
 */
export function addSaleMetrics(metrics: Registry, redis: Redis, liveSales: () => Sale[]): void {
  let reading: Promise<Map<number, Card>> | undefined
  // One round trip a scrape: the gauges that need the cards are collected at the same time.
  const cards = () => {
    reading ??= readCards(redis, liveSales())
      .catch(() => new Map<number, Card>())
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const gauge = (
    name: string,
    help: string,
    read: (sale: Sale, card: Card | undefined) => number | undefined,
    ask: () => Promise<Map<number, Card>>,
  ) =>
    new Gauge({
      name: `sluice_sale_${name}`,
      help,
      labelNames: ['sale'],
      registers: [metrics],
      async collect() {
        const known = await ask()
        this.reset()
        for (const sale of liveSales()) {
          const value = read(sale, known.get(sale.id))
          if (value !== undefined) this.set({ sale: String(sale.id) }, value)
        }
      },
    })
  const none = async () => new Map<number, Card>()
  const row = (name: string, help: string, read: (sale: Sale) => number) => gauge(name, help, read, none)
  const card = (name: string, help: string, field: keyof Card) =>
    gauge(name, help, (_sale, found) => found?.[field], cards)

  row('stock_units', 'Units for sale (MySQL)', (sale) => sale.stock)
  row('sold_units', 'Units held or sold (MySQL)', (sale) => sale.sold)
  row('paid_units', 'Units sold for good (MySQL)', (sale) => sale.paid)
  row('set_per_second', 'Tickets a second that the release rate allows; 0: auto', (sale) =>
    sale.release === 'auto' ? 0 : perSecond(sale.release),
  )
  row('open', '1 while buyers may join', ({ phase, opensAt, closesAt }) =>
    phase === 'published' && opensAt <= Date.now() && Date.now() < closesAt ? 1 : 0,
  )
  row('opens_timestamp_seconds', 'When it opens', (sale) => sale.opensAt / 1_000)
  row('closes_timestamp_seconds', 'When it closes', (sale) => sale.closesAt / 1_000)
  card('left_units', 'Units that Redis may still hand out', 'left')
  card('flying_units', 'Units released and not yet reserved', 'flying')
  card('waiting_tickets', 'Tickets in the line', 'waiting')
}

async function readCards(redis: Redis, sales: Sale[]): Promise<Map<number, Card>> {
  const asking = redis.pipeline()
  for (const { id } of sales) {
    const keys = saleKeys(id)
    asking.hmget(keys.card, 'left', 'flying').zcard(keys.line)
  }
  const replies = (await asking.exec()) ?? []
  const cards = new Map<number, Card>()
  sales.forEach(({ id }, i) => {
    const [error, values] = replies[2 * i] as [Error | null, (string | null)[]]
    const [, waiting] = replies[2 * i + 1] as [Error | null, number]
    if (error || values[0] == null) return
    cards.set(id, { left: Number(values[0]), flying: Number(values[1]), waiting })
  })
  return cards
}
