import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Conduct } from '../behaviour.ts'
import type { App } from '../sandbox.ts'
import { refuse } from './refuse.ts'

/** Makes the routes of this scope as bad as the conduct wants: late, failing before or after the deed, or silent. */
export function misbehave(app: App, conduct: Conduct): void {
  app.addHook('preHandler', async (request, reply) => {
    const { delayMs, failRate, hang } = conduct.read()
    const about = paymentOf(request)
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false })
    if (conduct.roll('hang', about) < hang) {
      // The connection stays open, without a word.
      reply.hijack()
      return
    }
    if (conduct.roll('fail', about) < failRate) return refuse(reply, 503, 'the sandbox was told to fail')
    if (conduct.isUnknown() && isQuestion(request))
      return refuse(reply, 503, 'the sandbox was told not to know')
    return undefined
  })

  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode >= 300) return payload
    const about = paymentOf(request)
    if (conduct.roll('fail-after', about) >= conduct.read().failAfterRate) return payload
    if (conduct.roll('cut', about) < 0.5) {
      request.raw.socket.destroy()
      return payload
    }
    reply.code(500).type('application/problem+json')
    return JSON.stringify({ status: 500, detail: 'the sandbox did it, and was told to fail then' })
  })
}

/** The payment that a call is about. */
function paymentOf(request: FastifyRequest): string {
  const { id } = { ...(request.body as object | null), ...(request.params as object) } as { id?: string }
  return String(id)
}

const isQuestion = ({ method, url }: FastifyRequest): boolean => method === 'GET' || url.endsWith('/void')
