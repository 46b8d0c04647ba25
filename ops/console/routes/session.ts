import { Type } from 'typebox'
import type { SignedIn } from '../../../contract/console/session.ts'
import { recordAction } from '../../actions/record-action.ts'
import { endSessions, OPERATOR_NAME } from '../../operators/operators.ts'
import { SignInRefused, signIn } from '../../operators/sign-in.ts'
import type { RecordRefusal } from '../record-refusals.ts'
import { type App, addressOf, byOf, type Services } from '../services.ts'
import { dropSessionCookie, setSessionCookie } from '../session-cookie.ts'
import { LONGEST_S, type Session } from '../sessions.ts'

const credentials = Type.Object(
  { name: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1000 }) },
  { additionalProperties: false },
)

/** POST, GET and DELETE /api/session: sign in, who am I, sign out here. DELETE /api/sessions: sign out everywhere. */
export function addSession(app: App, services: Services, recordRefusal: RecordRefusal): void {
  const { mysql, sessions } = services
  const view = (session: Session): SignedIn => ({
    name: session.name,
    role: session.role,
    csrf: sessions.csrfToken(session),
    endsAt: (session.beganAt + LONGEST_S) * 1000,
  })

  app.post(
    '/api/session',
    { config: { open: true }, schema: { body: credentials } },
    async (request, reply) => {
      const { name, password } = request.body
      const address = addressOf(request)
      const operator = await signIn(services, { name, password, address }).catch((error: unknown) => {
        if (error instanceof SignInRefused && error.worthRecording) {
          recordRefusal({
            ...{ who: 'nobody', action: `refused.${error.code}`, requestId: request.id, address },
            // People type passwords into the wrong field.
            target: OPERATOR_NAME.test(name) ? `sign-in as ${name}` : 'sign-in',
          })
        }
        throw error
      })
      const session = sessions.begin(operator)
      request.session = session
      await recordAction(mysql, { ...byOf(request), action: 'session.begin' })
      setSessionCookie(request, reply, await sessions.sign(session))
      return view(session)
    },
  )

  app.get('/api/session', async (request) => view(request.session))

  app.delete('/api/session', { config: { anyRole: true } }, async (request, reply) => {
    await sessions.end(request.session)
    await recordAction(mysql, { ...byOf(request), action: 'session.end' })
    dropSessionCookie(request, reply)
    return reply.code(204).send()
  })

  app.delete('/api/sessions', { config: { anyRole: true } }, async (request, reply) => {
    await endSessions(mysql, request.session.name)
    await recordAction(mysql, { ...byOf(request), action: 'session.end-all' })
    dropSessionCookie(request, reply)
    return reply.code(204).send()
  })
}
