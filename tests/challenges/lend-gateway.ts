import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { answerKey } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import { NOTHING_SET, valuesOf } from '../../contract/switches.ts'
import { buildApp } from '../../gateway/app.ts'
import { createChallenges } from '../../gateway/challenges/challenges.ts'
import { absenceOf, type GatewayConfig, readGatewayConfig } from '../../gateway/config.ts'
import { createLine } from '../../gateway/line/line.ts'
import type { Services } from '../../gateway/services.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import type { SaleInput } from '../../ops/sales/sale-input.ts'
import { createLog } from '../../platform/log.ts'
import { readSigningKeys } from '../../platform/signing-keys.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'

export const TICKET_SECRET = 'the tickets of these tests, 32 or more'
const EDGE_KEY = 'the door of these tests, 32 characters'
const URLS = ['REDIS_URL=redis', 'MYSQL_URL=mysql', 'AMQP_URL=amqp', 'PAYMENT_URL=http', 'PUBLIC_URL=http']

export interface Said {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any
  text: string
}

/** The gateway's own routes, line and challenges in this process, on a real Redis and a real MariaDB; no door before it. */
export interface LentGateway {
  stores: LentStores
  metrics: Registry
  sell(input: Partial<SaleInput>): Promise<number>
  ask(sale: number, buyer: string): Promise<Said>
  answer(sale: number, buyer: string, answer: unknown): Promise<Said>
  join(sale: number, buyer: string, body?: object): Promise<Said>
  /** What the buyer's challenge is answered with; only a test may look. */
  rightAnswers(sale: number, buyer: string): Promise<string[]>
  /** Switches all challenges on or off. */
  askChallenges(on: boolean): void
  stop(): Promise<void>
}

export async function lendGateway(changes: Partial<GatewayConfig> = {}): Promise<LentGateway> {
  const stores = await lendStores({ connections: 4 })
  const { mysql, redis } = stores
  const env = Object.fromEntries(
    URLS.map((pair) => pair.split('=')).map(([key, of]) => [`SLUICE_${key}`, `${of}://x`]),
  )
  const secrets = {
    SLUICE_JWT_SECRET: EDGE_KEY,
    SLUICE_PAYMENT_KEY: EDGE_KEY,
    SLUICE_WEBHOOK_SECRET: EDGE_KEY,
  }
  const config = {
    ...readGatewayConfig({
      ...{ ...env, ...secrets, SLUICE_PORT: '1' },
      ...{ SLUICE_TICKET_SECRET: TICKET_SECRET, SLUICE_EDGE_KEY: EDGE_KEY, SLUICE_PROOF_TRIES: '40' },
      SLUICE_CAPTCHA_POOL: '20',
      // This process runs the tests too: how busy it is says nothing.
      ...{ SLUICE_BUSY_DELAY_MS: '60000', SLUICE_BUSY_RSS_MB: '16384', SLUICE_BUSY_HEAP_MB: '16384' },
    }),
    ...changes,
  }
  const log = createLog('challenges', 'silent')
  const metrics = new Registry()
  const keys = readSigningKeys(config)
  let asked = true
  const switches = { of: () => ({ ...valuesOf(NOTHING_SET, 0), challenge: asked }) }
  const challenges = createChallenges({ config, keys, switches, redis, mysql, metrics, log })
  const app = buildApp({
    ...{ config, keys, switches, redis, mysql, metrics, log, challenges },
    line: createLine(redis, mysql, () => absenceOf(config), log),
    sales: { get: (id: number) => readSale(mysql, id), live: () => [], refresh: async () => {} },
    release: { wake: () => {} },
    pulse: { answers: () => true },
  } as unknown as Services)

  const callOnce = async (
    method: 'GET' | 'POST',
    path: string,
    buyer: string,
    body?: unknown,
  ): Promise<Said> => {
    const answer = await app.inject({
      ...{ method, url: `/api/sales/${path}` },
      headers: {
        'x-edge-key': EDGE_KEY,
        'x-user-id': buyer,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    })
    return { status: answer.statusCode, body: answer.json(), text: answer.body }
  }
  const call: typeof callOnce = async (...args) => {
    for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
      const said = await callOnce(...args)
      // On a machine that is busy with starting, a gateway may find its event loop late, and sheds before it does anything.
      const shed = said.body.code === 'busy' && said.body.detail === undefined
      if (!shed || Date.now() > deadline) return said
    }
  }
  const ask = async (sale: number, buyer: string): Promise<Said> => {
    for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
      const said = await call('GET', `${sale}/challenge`, buyer)
      // The first pictures are being drawn.
      if (said.body.code !== 'busy' || Date.now() > deadline) return said
    }
  }
  return {
    ...{ stores, metrics, ask },
    async sell(input) {
      const { id } = await createSale(stores, {
        ...{ title: 'an umbrella', stock: 100, priceCents: 990, opensAt: Date.now() - 1_000 },
        ...input,
      })
      return id
    },
    answer: (sale, buyer, answer) => call('POST', `${sale}/challenge`, buyer, { answer }),
    join: (sale, buyer, body = {}) => call('POST', `${sale}/orders`, buyer, body),
    rightAnswers: async (sale, buyer) => JSON.parse((await redis.get(answerKey(sale, buyer))) ?? '[]'),
    askChallenges(on) {
      asked = on
    },
    async stop() {
      await app.close()
      await challenges.close()
      await stores.stop()
    },
  }
}
