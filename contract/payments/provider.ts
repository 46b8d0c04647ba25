import CircuitBreaker from 'opossum'
import { Counter, Gauge, type Registry } from 'prom-client'
import { Agent, interceptors } from 'undici'

/**
 * What Sluice needs of a payment provider. Payments are named by us (`SALE-NUMBER`), so that asking again, after
 * whatever loss, is always about the same money. Every call rejects where the answer is not known.
 */
export interface PaymentProvider {
  /** Opens a payment, or finds the one that is open already. */
  open(payment: NewPayment): Promise<{ payUrl: string }>
  /** Makes sure that a payment can not succeed any more, unless it has. `unknown`: the provider never heard of it. */
  void(id: string): Promise<'void' | 'succeeded' | 'unknown'>
  /** Gives the money back; asking again gives it back once. */
  refund(id: string): Promise<void>
  close(): Promise<void>
}

export interface NewPayment {
  id: string
  amountCents: number
  currency: string
  description: string
  /** Where the buyer goes after paying. */
  returnUrl: string
}

/** The provider said no, or something that makes no sense. */
class ProviderError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const TIMEOUT_MS = 3_000
const RETRIES = 2

/**
 * How long after its first try an opening payment may still reach the provider: all time limits and retries together,
 * and ample room for a process that was frozen between writing the payment down and asking.
 */
export const OPENING_MS = 60_000

/**
 * The provider over HTTP (see docs/openapi-payments.yaml for what it answers). Each try has a time limit, every call
 * carries an idempotency key and is tried again on a cut or a 5xx, and a breaker answers at once while the provider is
 * down, so that buyers are told `unavailable` instead of waiting. With `metrics` it counts its calls there.
 */
export function createProvider(url: string, apiKey: string, metrics?: Registry): PaymentProvider {
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  const dispatcher = agent.compose(
    interceptors.retry({
      maxRetries: RETRIES,
      minTimeout: 100,
      maxTimeout: 1_000,
      methods: ['GET', 'POST'],
      statusCodes: [429, 500, 502, 503, 504],
    }),
  )

  const send = async (path: string, key: string, body: unknown): Promise<Record<string, unknown>> => {
    const { statusCode, body: answer } = await dispatcher.request({
      origin: url,
      path,
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (statusCode >= 400) throw new ProviderError(statusCode, `the payment provider answered ${statusCode}`)
    return JSON.parse(text) as Record<string, unknown>
  }

  const breaker = new CircuitBreaker(send, {
    timeout: (RETRIES + 1) * (TIMEOUT_MS + 1_000),
    errorThresholdPercentage: 50,
    volumeThreshold: 5,
    resetTimeout: 3_000,
    // A provider that is slow must not fill this process with waiting calls.
    capacity: 200,
    // A clear no is an answer: it does not open the breaker.
    errorFilter: (error) => error instanceof ProviderError && error.status < 500,
  })

  if (metrics) countCalls(breaker, metrics)

  return {
    async open({ id, amountCents, currency, description, returnUrl }) {
      const answer = await breaker.fire('/v1/payments', id, {
        ...{ id, amount: amountCents, currency, description, returnUrl },
      })
      if (typeof answer.payUrl !== 'string')
        throw new ProviderError(200, 'the payment provider gave no payUrl')
      return { payUrl: answer.payUrl }
    },
    async void(id) {
      try {
        const { state } = await breaker.fire(`/v1/payments/${id}/void`, `${id}-void`, {})
        if (state === 'void' || state === 'succeeded') return state
        throw new ProviderError(200, `the payment provider answered state ${String(state)}`)
      } catch (error) {
        if (error instanceof ProviderError && error.status === 404) return 'unknown'
        throw error
      }
    },
    async refund(id) {
      const { state } = await breaker.fire(`/v1/payments/${id}/refunds`, `${id}-refund`, {})
      if (state !== 'refunded')
        throw new ProviderError(200, `the payment provider answered state ${String(state)}`)
    },
    async close() {
      breaker.shutdown()
      await agent.close()
    },
  }
}

/** What opossum calls the ends of a call: a failure is counted besides a timeout; a reject is the open breaker's own no. */
const OUTCOMES = ['success', 'failure', 'timeout', 'reject'] as const

function countCalls<I extends unknown[], O>(breaker: CircuitBreaker<I, O>, metrics: Registry): void {
  const calls = new Counter({
    name: 'sluice_provider_calls_total',
    help: 'Calls to the payment provider, by how they ended; reject: not made, since the breaker was open',
    labelNames: ['outcome'],
    registers: [metrics],
  })
  for (const outcome of OUTCOMES) calls.inc({ outcome }, 0)
  breaker.on('success', () => calls.inc({ outcome: 'success' }))
  breaker.on('failure', () => calls.inc({ outcome: 'failure' }))
  breaker.on('timeout', () => calls.inc({ outcome: 'timeout' }))
  breaker.on('reject', () => calls.inc({ outcome: 'reject' }))
  new Gauge({
    name: 'sluice_provider_breaker_open',
    help: '1 while the breaker before the payment provider is open, and calls are refused at once',
    registers: [metrics],
    collect() {
      this.set(breaker.closed ? 0 : 1)
    },
  })
}
