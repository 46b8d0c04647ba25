import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../contract/errors.ts'
import type { RecordRefusal } from './record-refusals.ts'
import { type App, byOf, type Services } from './services.ts'
import { credentialOf, setSessionCookie } from './session-cookie.ts'

const READING = ['GET', 'HEAD']
/** `none`: the user's own doing, such as a bookmark; but nobody changes anything by a bookmark. */
const OWN_SITE = 'same-origin'

/**
 * Guards every route of the app, also those that are added later: whoever asks must come through nginx, have a session, and
 * to change something must be an operator on a page of the console itself. What is open says so in its route's config.
 */
export function protect(app: App, { config, sessions }: Services, recordRefusal: RecordRefusal): void {
  const edgeKey = Buffer.from(config.SLUICE_EDGE_KEY)

  app.addHook('onRequest', async (request, reply) => {
    const { url = '', config: route } = request.routeOptions
    // Machines on the loopback address ask these without a key; what came through nginx never gets there.
    const internal = url.startsWith('/internal/')
    const given = Buffer.from(String(request.headers['x-edge-key'] ?? ''))
    const throughNginx = given.length === edgeKey.length && timingSafeEqual(given, edgeKey)
    if (throughNginx === internal) throw new Problem('not_found')
    if (internal) return

    reply.header('cache-control', 'no-store')
    const changes = !READING.includes(request.method)
    if (changes && !isSameOrigin(request)) {
      throw new Problem('csrf_failed', { detail: 'A page of another site asked for this' })
    }
    if (route?.open) return
    const session = await sessions.read(credentialOf(request))
    if (!session) throw new Problem('unauthenticated')
    request.session = session
    if (sessions.isAging(session)) setSessionCookie(request, reply, await sessions.sign(session))
    if (!changes) return

    const refuse = (problem: Problem): never => {
      const target = `${request.method} ${request.url}`.slice(0, 200)
      recordRefusal({ ...byOf(request, problem.detail), action: `refused.${problem.code}`, target })
      throw problem
    }
    if (!sessions.isCsrfToken(session, String(request.headers['x-csrf-token'] ?? ''))) {
      refuse(new Problem('csrf_failed', { detail: 'X-CSRF-Token is missing or not of this session' }))
    }
    if (session.role !== 'operator' && !route?.anyRole) {
      refuse(new Problem('forbidden', { detail: `This needs the role operator; you are a ${session.role}` }))
    }
  })
}

/** Clients that are no browsers send neither header, and are held by the CSRF token alone. */
function isSameOrigin({ headers }: FastifyRequest): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== OWN_SITE) return false
  if (origin === undefined) return true
  const [scheme, host] = origin.split('://')
  // Behind somebody else's TLS nginx itself speaks plain HTTP, so a secure page may ask there; never the other way.
  const downgraded = scheme === 'http' && headers['x-forwarded-proto'] === 'https'
  return host?.toLowerCase() === headers.host?.toLowerCase() && /^https?$/.test(scheme ?? '') && !downgraded
}
