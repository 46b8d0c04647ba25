import { SignJWT } from 'jose'
import { Type } from 'typebox'
import { BUYER_PATTERN } from '../../contract/buyer.ts'
import type { App, Services } from '../services.ts'

const SIGNED_IN_S = 86_400

/**
 * POST and GET /dev/sign-in: anybody may be anybody. For development only: without SLUICE_DEV_SIGN_IN these addresses
 * do not exist, and the shop itself sets the cookie.
 */
export function devSignInRoutes(app: App, { keys }: Services): void {
  const secret = new TextEncoder().encode(keys.token.secret)
  const { kid } = keys.token

  app.post(
    '/dev/sign-in',
    { schema: { body: Type.Object({ user: Type.String({ pattern: BUYER_PATTERN }) }) } },
    async (request, reply) => {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256', ...(kid === undefined ? {} : { kid }) })
        .setSubject(request.body.user)
        .setIssuedAt()
        .setExpirationTime(`${SIGNED_IN_S}s`)
        .sign(secret)
      // Strict is no burden: pages are public files, and only their own calls need the cookie.
      const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
      reply.header(
        'set-cookie',
        `flash_token=${token}; Path=/; Max-Age=${SIGNED_IN_S}; HttpOnly; SameSite=Strict${secure}`,
      )
      return reply.code(204).send()
    },
  )

  app.get('/dev/sign-in', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    // The door has verified who it is.
    return { user: request.headers['x-user-id'] ?? null }
  })
}
