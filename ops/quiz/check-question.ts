import { normaliseAnswer } from '../../contract/challenges/answers.ts'
import { QUIZ_LIMITS, type QuizQuestion } from '../../contract/challenges/quiz.ts'

/** Makes a question of what a file says, or says what is wrong with it. */
export function checkQuestion(question: unknown, answers: unknown, choices: unknown): QuizQuestion | string {
  if (!isText(question, QUIZ_LIMITS.question))
    return `the question must be a text of 1 to ${QUIZ_LIMITS.question} characters on one line`
  const right = listOf(answers)
  if (!right || right.length === 0 || right.length > QUIZ_LIMITS.answers)
    return `there must be 1 to ${QUIZ_LIMITS.answers} answers of 1 to ${QUIZ_LIMITS.answer} characters`
  const given = choices === undefined || choices === null ? [] : listOf(choices)
  if (!given || given.length === 1 || given.length > QUIZ_LIMITS.choices)
    return `there must be no choices, or 2 to ${QUIZ_LIMITS.choices} of 1 to ${QUIZ_LIMITS.answer} characters`
  const known = given.map(normaliseAnswer)
  if (new Set(known).size < known.length) return 'the same choice stands there twice'
  const stray = right.find((answer) => known.length > 0 && !known.includes(normaliseAnswer(answer)))
  if (stray !== undefined) return `the answer “${stray}” is none of the choices`
  if (known.length > 0 && known.every((choice) => right.map(normaliseAnswer).includes(choice)))
    return 'every choice would be right'
  return { question: question.trim(), answers: right, ...(given.length > 0 ? { choices: given } : {}) }
}

/** Neither control characters nor halves of characters: the page shows it as it is. */
const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' &&
  value.trim() !== '' &&
  [...value].length <= most &&
  !/[\p{Cc}\p{Cs}]/u.test(value)

/** A list of texts, or one text as a list of one; undefined where any of it is no fitting text. */
function listOf(value: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.every((text) => isText(text, QUIZ_LIMITS.answer)) ? list.map((text) => text.trim()) : undefined
}
