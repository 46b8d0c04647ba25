import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_S } from './sessions.ts'

const NAME = 'ops_session'

/** No page's script reads it, no other site's page sends it, and over TLS it never travels in the clear. */
export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, credential: string): void => {
  reply.header('set-cookie', cookie(request, credential, SESSION_S))
}

export const dropSessionCookie = (request: FastifyRequest, reply: FastifyReply): void => {
  // Not beside one that was renewed a moment ago.
  reply.removeHeader('set-cookie')
  reply.header('set-cookie', cookie(request, '', 0))
}

export const credentialOf = (request: FastifyRequest): string =>
  parseCookie(request.headers.cookie ?? '')[NAME] ?? ''

const cookie = (request: FastifyRequest, value: string, maxAge: number): string =>
  stringifySetCookie({
    name: NAME,
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.headers['x-forwarded-proto'] === 'https',
  })
