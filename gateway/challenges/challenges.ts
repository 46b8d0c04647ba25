import { Counter, type Registry } from 'prom-client'
import { keepAnswers, tryAnswer } from '../../contract/challenges/answers.ts'
import { signPass } from '../../contract/challenges/pass.ts'
import { createProof, type Proof, type ProofAnswer, tryProof } from '../../contract/challenges/proof.ts'
import { shuffle } from '../../contract/challenges/shuffle.ts'
import { Problem } from '../../contract/errors.ts'
import type { Sale } from '../../contract/words.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import type { SigningKeys } from '../../platform/signing-keys.ts'
import type { GatewayConfig } from '../config.ts'
import type { SwitchBoard } from '../switches/switch-board.ts'
import { createCaptchaPool } from './captcha-pool.ts'
import { challengeOf } from './challenge-of.ts'
import { createQuizPool } from './quiz-pool.ts'

/** What a buyer is asked. `expiresAt`: ms since 1970, after which no answer helps. */
export type Asked =
  | { kind: 'none' }
  | { kind: 'captcha'; image: string; expiresAt: number }
  | { kind: 'quiz'; question: string; choices?: string[]; expiresAt: number }
  | { kind: 'pow'; challenge: Proof; tries: number; expiresAt: number }

/** Text for a captcha or a quiz, the solved challenge for a proof of work. */
export type Answered = string | ProofAnswer

export interface Challenges {
  /** A new challenge of this buyer; an older one of his is worth nothing from now on. Throws Problem `busy`. */
  ask(sale: Sale, buyer: string): Promise<Asked>
  /** The pass for the right answer, undefined for a wrong one. Either way the challenge is used up. */
  answer(sale: Sale, buyer: string, answer: Answered): Promise<string | undefined>
  /** Draws captchas ahead where one of these sales will ask for them. */
  warm(sales: Sale[]): void
  close(): Promise<void>
}

export function createChallenges(deps: {
  config: GatewayConfig
  keys: SigningKeys
  switches: Pick<SwitchBoard, 'of'>
  redis: Redis
  mysql: Pool
  metrics: Registry
  log: Logger
}): Challenges {
  const { config, keys, switches, redis, mysql, metrics, log } = deps
  const [secret] = keys.tickets
  const captchas = createCaptchaPool({ size: config.SLUICE_CAPTCHA_POOL, metrics, log })
  const quiz = createQuizPool(mysql, log)
  const outcomes = new Counter({
    name: 'sluice_challenges_total',
    help: 'Challenges by what became of them: asked, passed, failed, or empty where no captcha was drawn yet',
    labelNames: ['kind', 'outcome'],
    registers: [metrics],
  })

  const askCaptcha = async (sale: Sale, buyer: string): Promise<Asked> => {
    const captcha = captchas.take()
    if (!captcha) {
      outcomes.inc({ kind: 'captcha', outcome: 'empty' })
      throw new Problem('busy', { detail: 'pictures are being drawn' })
    }
    const ttlS = config.SLUICE_CAPTCHA_TTL_S
    await keepAnswers(redis, sale.id, buyer, [captcha.text], ttlS)
    return { kind: 'captcha', image: captcha.image, expiresAt: Date.now() + ttlS * 1000 }
  }

  const askQuiz = async (sale: Sale, buyer: string): Promise<Asked> => {
    const { question, answers, choices } = await quiz.pick(sale.id)
    const ttlS = config.SLUICE_QUIZ_TTL_S
    await keepAnswers(redis, sale.id, buyer, answers, ttlS)
    const expiresAt = Date.now() + ttlS * 1000
    return { kind: 'quiz', question, ...(choices ? { choices: shuffle(choices) } : {}), expiresAt }
  }

  const askProof = async (sale: Sale, buyer: string): Promise<Asked> => {
    const expiresS = Math.floor(Date.now() / 1000) + config.SLUICE_PROOF_TTL_S
    const tries = config.SLUICE_PROOF_TRIES
    const challenge = await createProof(secret, sale.id, buyer, { triesMost: tries, expiresS })
    return { kind: 'pow', challenge, tries, expiresAt: expiresS * 1000 }
  }

  const ASK = {
    none: async (): Promise<Asked> => ({ kind: 'none' }),
    captcha: askCaptcha,
    quiz: askQuiz,
    pow: askProof,
  }

  const isRight = async (
    kind: Asked['kind'],
    sale: Sale,
    buyer: string,
    answer: Answered,
  ): Promise<boolean> => {
    if (kind === 'pow')
      return typeof answer !== 'string' && tryProof(redis, keys.tickets, sale.id, buyer, answer)
    return typeof answer === 'string' && tryAnswer(redis, sale.id, buyer, answer)
  }

  return {
    async ask(sale, buyer) {
      const asked = await ASK[challengeOf(sale, switches)](sale, buyer)
      outcomes.inc({ kind: asked.kind, outcome: 'asked' })
      return asked
    },
    async answer(sale, buyer, answer) {
      const kind = challengeOf(sale, switches)
      const right = await isRight(kind, sale, buyer, answer)
      outcomes.inc({ kind, outcome: right ? 'passed' : 'failed' })
      if (!right) return undefined
      // A pass that was got before the opening is as good at it as one that is got then.
      const from = Math.max(Date.now(), sale.opensAt)
      return signPass(secret, sale.id, buyer, Math.floor(from / 1000) + config.SLUICE_PASS_TTL_S)
    },
    warm(sales) {
      const soon = sales.some(
        (sale) =>
          challengeOf(sale, switches) === 'captcha' &&
          sale.phase === 'published' &&
          sale.closesAt > Date.now(),
      )
      if (soon) captchas.warm()
    },
    close: captchas.close,
  }
}
