import { request } from 'undici'
import { readReports } from '../../contract/reports.ts'
import type { Redis } from '../../platform/redis.ts'

const PATIENCE_MS = 3_000

/** The payment provider of a rehearsal: a sandbox, where no money moves. */
export interface Sandbox {
  /** Pays on the page that the buyer was sent to; says what went wrong, undefined where nothing did. */
  pay(payUrl: string, signal: AbortSignal): Promise<string | undefined>
}

/**
 * The sandbox, where it is one for certain: the provider at this address says so of itself, which no real one does, and every
 * gateway opens its payments at just this address. Otherwise why nobody may pay.
 */
export async function findSandbox(redis: Redis, payments: string | undefined): Promise<Sandbox | string> {
  if (payments === undefined) return 'SLUICE_PAYMENT_URL is not set here'
  const said = await request(`${payments}/sandbox`, {
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  }).then(
    async ({ statusCode, body }) =>
      statusCode === 200 ? await body.json().catch(() => undefined) : undefined,
    () => undefined,
  )
  if ((said as { sandbox?: unknown } | undefined)?.sandbox !== true) return 'the provider is no sandbox'
  const gateways = [...(await readReports(redis, 'gateway'))]
  const others = gateways.filter(([, { paysAt }]) => paysAt !== payments).map(([name]) => name)
  if (gateways.length === 0 || others.length > 0) {
    return `the sandbox is not where ${others.sort().join(', ') || 'any gateway'} opens payments`
  }
  return { pay: (payUrl, signal) => pay(payments, payUrl, signal) }
}

/** As the button of the page does. By the address that is known to be the sandbox's, whatever the page is called outside. */
async function pay(payments: string, payUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const { statusCode, body } = await request(`${payments}${new URL(payUrl).pathname}/accept`, {
    ...{ method: 'POST', body: '', signal, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  await body.dump()
  return statusCode === 303 ? undefined : `paying ${statusCode}`
}
