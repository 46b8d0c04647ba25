import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { spreadSettings } from '../../contract/card-settings.ts'
import { readSale } from '../../contract/sales.ts'
import { createSale } from '../../ops/sales/create-sale.ts'
import { publishSale } from '../../ops/sales/publish-sale.ts'
import type { FaultStack } from './fault-stack.ts'
import { patiently } from './patiently.ts'
import type { Plan } from './plan.ts'

/** Opens a sale; gives its ID once the door knows it. */
export async function sell(
  { mysql, redis, stack }: FaultStack,
  plan: Pick<Plan, 'stock' | 'standby' | 'release' | 'payWithinS' | 'deduct'>,
): Promise<number> {
  const stores = { mysql, redis, www: stack.env.SLUICE_WWW }
  const { stock, standby, release, payWithinS, deduct } = plan
  const input = { title: 'an umbrella', priceCents: 990, stock, standby, release, payWithinS, deduct }
  const held = deduct === 'hold' ? { holdS: 3 } : {}
  const { id } = await createSale(stores, { ...input, ...held }, { draft: true })
  await patiently(() => publishSale(stores, id))
  await untilSeen(stack.ports.flash, id)
  return id
}

/** Waits until the door knows the sale: it learns of a new one with the next snapshot. */
async function untilSeen(port: number, sale: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/api/sales`)
    const list = (await body.json()) as { id: number }[]
    if (statusCode === 200 && list.some(({ id }) => id === sale)) return
  }
  throw new Error(`the door does not know sale ${sale}`)
}

/** Makes the payment provider behave so, and well in everything that is not named. */
export async function behave({ stack: { ports, secrets } }: FaultStack, to: object): Promise<void> {
  const good = {
    webhookDelayMs: [0, 0],
    webhookRepeat: 0,
    webhookReorder: false,
    failRate: 0,
    failAfterRate: 0,
  }
  const { statusCode, body } = await request(`http://127.0.0.1:${ports.sandbox}/sandbox/behaviour`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.paymentKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...good, ...to }),
  })
  if (statusCode !== 200) throw new Error(`the sandbox refuses its behaviour: ${await body.text()}`)
  await body.dump()
}

/** The line was slow, so that every fault found work in it; now it may be fast. */
export async function hurry({ mysql, redis }: FaultStack, sale: number): Promise<void> {
  await mysql.query('UPDATE sales SET release_batch = 20, release_every_ms = 100 WHERE id = ?', [sale])
  const changed = await readSale(mysql, sale)
  if (changed) await patiently(() => spreadSettings(redis, changed))
}
