import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import type { OperatorRole } from '../../contract/console/session.ts'
import { type Db, select } from '../../platform/mysql.ts'
import { type Operator, readOperator } from '../operators/operators.ts'

/** A credential is good for so long, and is renewed while it is in use. */
export const SESSION_S = 15 * 60
/** A session ends so long after its sign-in, in use or not. */
export const LONGEST_S = 8 * 3600
/** Renewed when it is older than this. */
const RENEW_AFTER_S = 60

export interface Session {
  name: string
  role: OperatorRole
  /** Names the session; its CSRF token is bound to it. */
  id: string
  /** Seconds since 1970. */
  beganAt: number
  signedAt: number
  generation: number
}

export interface Sessions {
  begin(operator: Operator): Session
  /** The signed credential that the cookie holds. */
  sign(session: Session): Promise<string>
  /** The session of a credential, or undefined where it is forged, expired or ended. */
  read(credential: string): Promise<Session | undefined>
  /** Ends this session for good; the operator's others live on. */
  end(session: Session): Promise<void>
  /** Whether the operator may still use this session: neither signed out nor disabled nor over. For long answers. */
  lives(session: Session): Promise<boolean>
  csrfToken(session: Session): string
  isCsrfToken(session: Session, token: string): boolean
  /** Whether the credential should be given anew. */
  isAging(session: Session): boolean
}

/**
 * Sessions that no table holds, but those that were ended early: a credential (JWT, HS256) names the operator and the
 * generation that the operator had at sign-in. MySQL is asked at each request, so that signing out, a new password and
 * disabling count at once.
 * @param now ms since 1970
 */
export function createSessions(mysql: Db, secret: string, now: () => number = Date.now): Sessions {
  // Two keys of one secret: what is signed for one purpose is worth nothing for the other.
  const key = createHmac('sha256', secret).update('session').digest()
  const csrfKey = createHmac('sha256', secret).update('csrf').digest()
  const seconds = () => Math.floor(now() / 1000)

  const current = async (session: Omit<Session, 'role'>): Promise<Session | undefined> => {
    if (seconds() >= session.beganAt + LONGEST_S) return undefined
    const [operator, [signedOut]] = await Promise.all([
      readOperator(mysql, session.name),
      select(mysql, 'SELECT id FROM ended_sessions WHERE id = ?', [session.id]),
    ])
    const ended =
      signedOut || !operator || operator.disabledAt !== null || operator.generation !== session.generation
    return ended ? undefined : { ...session, role: operator.role }
  }
  const csrfToken = ({ id }: Session) => createHmac('sha256', csrfKey).update(id).digest('base64url')

  return {
    begin: ({ name, role, generation }) => ({
      ...{ name, role, generation, id: randomBytes(16).toString('base64url') },
      ...{ beganAt: seconds(), signedAt: seconds() },
    }),
    sign: (session) =>
      new SignJWT({ sid: session.id, began: session.beganAt, gen: session.generation })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(session.name)
        .setIssuedAt(seconds())
        .setExpirationTime(Math.min(seconds() + SESSION_S, session.beganAt + LONGEST_S))
        .sign(key),
    read: async (credential) => {
      const options = { algorithms: ['HS256'], currentDate: new Date(now()) }
      const verified = await jwtVerify(credential, key, options).catch(() => undefined)
      if (!verified) return undefined
      const { sub, sid, began, gen, iat } = verified.payload as Record<string, unknown>
      return current({
        ...{ name: String(sub), id: String(sid), beganAt: Number(began) },
        ...{ signedAt: Number(iat), generation: Number(gen) },
      })
    },
    end: async ({ id, beganAt }) => {
      const overAt = new Date((beganAt + LONGEST_S) * 1000)
      await mysql.query('REPLACE INTO ended_sessions (id, over_at) VALUES (?, ?)', [id, overAt])
      await mysql.query('DELETE FROM ended_sessions WHERE over_at < ?', [new Date(now())])
    },
    lives: async (session) => (await current(session)) !== undefined,
    csrfToken,
    isCsrfToken: (session, token) => {
      const [right, given] = [Buffer.from(csrfToken(session)), Buffer.from(token)]
      return right.length === given.length && timingSafeEqual(right, given)
    },
    isAging: ({ signedAt }) => seconds() - signedAt > RENEW_AFTER_S,
  }
}
