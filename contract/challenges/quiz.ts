import { type Db, type Pool, select, transaction } from '../../platform/mysql.ts'

/** A question of a quiz. With choices, every answer is one of them; without, the buyer writes. */
export interface QuizQuestion {
  question: string
  /** What counts as right: one or more. */
  answers: string[]
  choices?: string[] | undefined
}

/** What fits a question; the longest row then fits its columns. */
export const QUIZ_LIMITS = { question: 300, answer: 100, answers: 5, choices: 8, questions: 5_000 }

/** The questions of one sale, or (`sale` undefined) of all sales that have none of their own. */
export async function readQuestions(db: Db, sale: number | undefined): Promise<QuizQuestion[]> {
  const rows = await select<{ question: string; answers: string; choices: string | null }>(
    db,
    'SELECT question, answers, choices FROM quiz_questions WHERE sale_id <=> ? ORDER BY id LIMIT ?',
    [sale ?? null, QUIZ_LIMITS.questions],
  )
  return rows.map(({ question, answers, choices }) => ({
    question,
    answers: JSON.parse(answers),
    ...(choices === null ? {} : { choices: JSON.parse(choices) }),
  }))
}

/** Puts these questions in the place of those there are, all or nothing. Gives how many there were. */
export async function replaceQuestions(
  mysql: Pool,
  sale: number | undefined,
  questions: QuizQuestion[],
): Promise<number> {
  return transaction(mysql, async (db) => {
    const before = (await readQuestions(db, sale)).length
    await db.query('DELETE FROM quiz_questions WHERE sale_id <=> ?', [sale ?? null])
    const rows = questions.map(({ question, answers, choices }) => [
      sale ?? null,
      question,
      JSON.stringify(answers),
      choices ? JSON.stringify(choices) : null,
    ])
    for (let i = 0; i < rows.length; i += 500) {
      await db.query('INSERT INTO quiz_questions (sale_id, question, answers, choices) VALUES ?', [
        rows.slice(i, i + 500),
      ])
    }
    return before
  })
}
