import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Logger } from '../../platform/log.ts'
import type { TypedApp } from '../../platform/typed-app.ts'
import type { By } from '../actions/by.ts'
import type { Live } from '../live/live.ts'
import type { Rehearsals } from '../rehearsal/rehearsal-job.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import type { ConsoleConfig } from './config.ts'
import type { Session, Sessions } from './sessions.ts'

/** Everything the console's routes work with: MySQL, Redis and the origin folder (`www`) among them. */
export interface Services extends SaleStores {
  config: ConsoleConfig
  sessions: Sessions
  live: Live
  rehearsals: Rehearsals
  metrics: Registry
  log: Logger
}

export type App = TypedApp

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by protect.ts before any handler runs, but on routes that are `open`. */
    session: Session
  }
  interface FastifyContextConfig {
    /** Needs no session: sign-in, and what machines ask each other. */
    open?: true
    /** Also a viewer may do this, although it is not a GET. */
    anyRole?: true
  }
}

/** Who makes this request, for the functions that change something. */
export const byOf = (request: FastifyRequest, reason?: string): By => ({
  who: request.session.name,
  role: request.session.role,
  requestId: request.id,
  address: addressOf(request),
  ...(reason === undefined ? {} : { reason }),
})

/** The browser's address, as nginx saw it. */
export const addressOf = (request: FastifyRequest): string =>
  String(request.headers['x-forwarded-for'] ?? request.ip)
