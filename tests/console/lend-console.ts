import { Registry } from 'prom-client'
import type { OperatorRole } from '../../contract/console/session.ts'
import { buildConsole } from '../../ops/console/app.ts'
import type { App } from '../../ops/console/services.ts'
import { createSessions } from '../../ops/console/sessions.ts'
import { startLive } from '../../ops/live/live.ts'
import { addOperator } from '../../ops/operators/operators.ts'
import { createRehearsals } from '../../ops/rehearsal/rehearsal-job.ts'
import { createLog } from '../../platform/log.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'

export const EDGE_KEY = 'edge key of the console tests, 32 or more'
export const PASSWORD = 'correct horse battery'
const HOST = 'ops.test:8090'

export interface ConsoleAnswer {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  json: any
}

interface Extra {
  headers?: Record<string, string | undefined>
  /** Sent as it is, with this type; JSON otherwise. */
  raw?: { type: string; text: string }
}

/** Sends a request as nginx would hand it on. */
export type Send = (method: string, path: string, body?: unknown, extra?: Extra) => Promise<ConsoleAnswer>

/** Sends with cookie, CSRF token and origin, as the console's page does. */
export type SignedIn = Send & { cookie: string; csrfToken: string }

export interface LentConsole extends LentStores {
  app: App
  /** As somebody who has not signed in. */
  nobody: Send
  signIn: (name: string, password?: string) => Promise<SignedIn>
  /** Adds an operator whose password is {@link PASSWORD}. */
  add: (name: string, role: OperatorRole) => Promise<void>
  /** Moves the clock of the sessions. */
  later: (seconds: number) => void
}

const rehearsalKey = ({ rehearseAt }: { rehearseAt?: string[] }) =>
  rehearseAt && { secret: 'secret of rehearsed buyers, 32 or more' }

/**
 * The console's app on real stores of its own, without nginx; operators `anna` and `bert`, viewer `vera`. With
 * `rehearseAt`, addresses of doors, it may sign for simulated buyers.
 */
export async function lendConsole(
  options: { www?: string; rehearseAt?: string[] } = {},
): Promise<LentConsole> {
  const stores = await lendStores({ connections: 6 })
  let aheadMs = 0
  const log = createLog('console', 'silent')
  const live = startLive({ redis: stores.redis, mysql: stores.mysql, name: 'console', log })
  const app = buildConsole({
    ...stores,
    www: options.www,
    config: { SLUICE_EDGE_KEY: EDGE_KEY } as never,
    sessions: createSessions(
      stores.mysql,
      'secret of the console tests, 32 or more',
      () => Date.now() + aheadMs,
    ),
    metrics: new Registry(),
    rehearsals: createRehearsals({ ...stores, doors: options.rehearseAt }, rehearsalKey(options), log),
    ...{ live, log },
  })
  const add: LentConsole['add'] = (name, role) =>
    addOperator(stores.mysql, { name, role, password: PASSWORD }, { who: 'test' })
  await Promise.all([add('anna', 'operator'), add('bert', 'operator'), add('vera', 'viewer')])

  const sender =
    (own: Record<string, string>): Send =>
    async (method, path, body, { headers = {}, raw } = {}) => {
      const all = {
        ...{ 'x-edge-key': EDGE_KEY, 'x-forwarded-for': '192.0.2.7', host: HOST, ...own },
        ...(raw ? { 'content-type': raw.type } : {}),
        ...headers,
      }
      const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
      const answer = await app.inject({
        ...{ method: method as 'GET', url: path, headers: sent as Record<string, string> },
        ...(raw ? { payload: raw.text } : body === undefined ? {} : { payload: body as object }),
      })
      const json = /json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined
      return { status: answer.statusCode, headers: answer.headers, text: answer.body, json }
    }
  const nobody = sender({})

  return {
    ...stores,
    ...{ app, nobody, add },
    signIn: async (name, password = PASSWORD) => {
      const answer = await nobody('POST', '/api/session', { name, password })
      if (answer.status !== 200) throw new Error(`${name} is not let in: ${answer.text}`)
      const cookie = String(answer.headers['set-cookie']).replace(/;.*/, '')
      const { csrf: csrfToken } = answer.json
      const headers = { cookie, 'x-csrf-token': csrfToken, origin: `http://${HOST}` }
      return Object.assign(sender({ ...headers, 'sec-fetch-site': 'same-origin' }), { cookie, csrfToken })
    },
    later: (seconds) => {
      aheadMs += seconds * 1000
    },
    stop: async () => {
      await app.close()
      await live.stop()
      await stores.stop()
    },
  }
}
