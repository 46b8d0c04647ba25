import { CsvError, parse } from 'csv-parse/sync'
import { normaliseAnswer } from '../../contract/challenges/answers.ts'
import { QUIZ_LIMITS, type QuizQuestion } from '../../contract/challenges/quiz.ts'
import { InputError } from '../actions/input-error.ts'
import { checkQuestion } from './check-question.ts'

const FAULTS_SHOWN = 20

interface Row {
  /** Where it stands, for people: `line 3`, `entry 3`. */
  at: string
  found: QuizQuestion | string
}

/**
 * Reads the questions of a file: JSON where its name ends in .json, else CSV.
 *
 * CSV has the columns `question`, `answers` and, if wanted, `choices`, named in its first line; several answers or choices
 * are parted by `|`. JSON is a list of `{question, answers, choices?}`, where `answers` may be one text or a list.
 * Throws InputError that names every bad row with its line; then nothing of the file counts.
 */
export function readQuestionFile(name: string, text: string): QuizQuestion[] {
  const rows = /\.json$/i.test(name) ? jsonRows(text) : csvRows(text)
  if (rows.length === 0) throw new InputError(`${name}: there is no question in it`)
  if (rows.length > QUIZ_LIMITS.questions)
    throw new InputError(`${name}: ${rows.length} questions; ${QUIZ_LIMITS.questions} are the most`)
  const questions: QuizQuestion[] = []
  const faults: string[] = []
  const seen = new Map<string, string>()
  for (const { at, found } of rows) {
    if (typeof found === 'string') {
      faults.push(`${at}: ${found}`)
      continue
    }
    const same = seen.get(normaliseAnswer(found.question))
    if (same !== undefined) faults.push(`${at}: the same question as ${same}`)
    seen.set(normaliseAnswer(found.question), at)
    questions.push(found)
  }
  if (faults.length === 0) return questions
  const more = faults.length - FAULTS_SHOWN
  const shown = faults.slice(0, FAULTS_SHOWN).join('\n')
  throw new InputError(
    `${name}: nothing was imported, ${faults.length} of ${rows.length} rows are wrong\n${shown}${more > 0 ? `\nand ${more} more` : ''}`,
  )
}

function csvRows(text: string): Row[] {
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      ...{ bom: true, trim: true, info: true },
      ...{ skip_empty_lines: true, relax_column_count: true },
    }) as unknown as typeof records
  } catch (error) {
    if (error instanceof CsvError) throw new InputError(`this is not CSV: ${error.message}`)
    throw error
  }
  const [head, ...body] = records
  if (!head) return []
  const names = head.record.map((name) => name.toLowerCase())
  const [question, answers, choices] = ['question', 'answers', 'choices'].map((name) =>
    names.indexOf(name),
  ) as [number, number, number]
  if (question < 0 || answers < 0)
    throw new InputError('the first line must name the columns: question,answers and, if wanted, choices')
  return body.map(({ record, info }) => {
    const cell = (column: number) => (column < 0 ? '' : (record[column] ?? ''))
    const found =
      record.length === names.length
        ? checkQuestion(
            cell(question),
            parted(cell(answers)),
            cell(choices) === '' ? [] : parted(cell(choices)),
          )
        : `${record.length} columns where the first line names ${names.length}`
    return { at: `line ${info.lines}`, found }
  })
}

const parted = (cell: string): string[] => cell.split('|').map((part) => part.trim())

function jsonRows(text: string): Row[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch (error) {
    throw new InputError(`this is not JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(list)) throw new InputError('the JSON must be a list of questions')
  return list.map((entry: unknown, i) => {
    const { question, answers, choices, ...rest } = (entry ?? {}) as Record<string, unknown>
    const strange = Object.keys(rest)[0]
    const found = strange ? `“${strange}” is not known` : checkQuestion(question, answers, choices)
    return { at: `entry ${i + 1}`, found }
  })
}
