import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { replaceQuestions } from '../../contract/challenges/quiz.ts'
import { readSale } from '../../contract/sales.ts'
import { InputError } from '../actions/input-error.ts'
import { readQuestionFile } from '../quiz/read-questions.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addQuizImport: AddCommand = (parent, { env, print }) => {
  parent
    .command('import')
    .description(
      'put the questions of a CSV or JSON file in the place of those there are, all or none of them',
    )
    .argument('<file>', 'CSV with the columns question,answers,choices (several parted by |), or JSON')
    .option('--sale <id>', 'for this sale; else for every sale without questions of its own', whole(1))
    .action(async (file: string, { sale }: { sale?: number }) => {
      const text = await readSmallFile(file)
      // What is wrong is said before anything is connected.
      const questions = readQuestionFile(basename(file), text)
      const replaced = await withMysql(env, async (mysql) => {
        if (sale !== undefined && !(await readSale(mysql, sale))) throw unknownSale(sale)
        return replaceQuestions(mysql, sale, questions)
      })
      const whose = sale === undefined ? 'for all sales without their own' : `for sale ${sale}`
      print(
        { imported: questions.length, replaced },
        `${questions.length} questions ${whose} (they replace ${replaced}); gateways ask them within 10 s`,
      )
    })
}

/** As much as the most and longest questions take. Whatever a file holds, no more of it is read. */
const MOST_BYTES = 16 * 2 ** 20

async function readSmallFile(path: string): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of createReadStream(path, { end: MOST_BYTES }) as AsyncIterable<Buffer>) {
      parts.push(part)
      bytes += part.length
    }
  } catch (error) {
    throw new InputError(`${path} can not be read: ${(error as Error).message}`)
  }
  if (bytes > MOST_BYTES) throw new InputError(`${path} is too large: ${MOST_BYTES} bytes are the most`)
  return Buffer.concat(parts).toString()
}
