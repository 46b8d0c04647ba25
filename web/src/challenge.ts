import type { Solution, Challenge as Work } from 'altcha-lib'
import { type Answer, call } from './call.ts'

/** What `GET /api/sales/{sale}/challenge` answers. `expiresAt`: ms on the server's clock. */
export type Challenge =
  | { kind: 'none' }
  | { kind: 'captcha'; image: string; expiresAt: number }
  | { kind: 'quiz'; question: string; choices?: string[]; expiresAt: number }
  | { kind: 'pow'; challenge: Work; tries: number; expiresAt: number }

/** The kinds that a buyer sees something of. */
export type ChallengeKind = Exclude<Challenge['kind'], 'none'>

export type ChallengeAnswer = string | { challenge: Work; solution: Solution }

const path = (sale: number) => `/api/sales/${sale}/challenge`

export const askChallenge = (sale: number): Promise<Answer<Challenge>> => call('GET', path(sale))

export const answerChallenge = (sale: number, answer: ChallengeAnswer): Promise<Answer<{ pass: string }>> =>
  call('POST', path(sale), { answer })
