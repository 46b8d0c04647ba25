import { randomInt } from 'node:crypto'
import NodeCache from 'node-cache'
import { makeUpQuestions } from '../../contract/challenges/made-up-questions.ts'
import { type QuizQuestion, readQuestions } from '../../contract/challenges/quiz.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'

const FRESH_MS = 10_000
const MADE_UP = 300
const MOST_POOLS = 100

interface Entry {
  questions: QuizQuestion[]
  readAt: number
}

export interface QuizPool {
  /** A random question of a sale: one of its own, else of those for all sales, else a made-up one. Never rejects. */
  pick(sale: number): Promise<QuizQuestion>
}

/** Questions as MySQL has them, kept in node-cache; while MySQL is down the last known ones serve on. */
export function createQuizPool(mysql: Pool, log: Logger): QuizPool {
  const cache = new NodeCache({ useClones: false, stdTTL: 3600, checkperiod: 600, maxKeys: MOST_POOLS })
  const reading = new Map<number, Promise<QuizQuestion[]>>()
  let madeUp: QuizQuestion[] | undefined

  const read = async (sale: number, old: Entry | undefined): Promise<QuizQuestion[]> => {
    try {
      const own = await readQuestions(mysql, sale)
      const known = own.length > 0 ? own : await readQuestions(mysql, undefined)
      madeUp ??= makeUpQuestions(MADE_UP)
      const questions = known.length > 0 ? known : madeUp
      if (cache.getStats().keys >= MOST_POOLS) cache.flushAll()
      cache.set<Entry>(sale, { questions, readAt: Date.now() })
      return questions
    } catch (error) {
      log.warn({ err: error, sale }, 'quiz questions not read, known or made-up ones serve')
      madeUp ??= makeUpQuestions(MADE_UP)
      return old?.questions ?? madeUp
    } finally {
      reading.delete(sale)
    }
  }

  return {
    async pick(sale) {
      const entry = cache.get<Entry>(sale)
      let questions = entry?.questions
      if (!entry || Date.now() - entry.readAt >= FRESH_MS) {
        // One reader at a time for each sale, however many ask.
        const running = reading.get(sale) ?? read(sale, entry)
        reading.set(sale, running)
        questions = await running
      }
      return questions![randomInt(questions!.length)]!
    },
  }
}
