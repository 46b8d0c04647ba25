import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { select } from '../../platform/mysql.ts'
import { type LentCommandLine, lendCommandLine } from './lend-command-line.ts'

// Real servers on a machine that runs other tests beside these.
let line: LentCommandLine
beforeAll(async () => {
  line = await lendCommandLine()
})
afterAll(() => line?.stop())

test('quiz import: all of a file or nothing, for one sale or for all', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quiz-'))
  const write = async (name: string, content: string) => {
    await writeFile(join(dir, name), content)
    return join(dir, name)
  }
  const rows = () =>
    select<{ question: string }>(
      line.mysql,
      'SELECT sale_id, question, answers, choices FROM quiz_questions ORDER BY id',
    )
  try {
    const sale = await line.newSale()
    const good = await write(
      'good.csv',
      'question,answers,choices\n2 plus 2?,4|four,\nFruit?,pear,pear|saw\n',
    )
    expect(await line.runJson(['quiz', 'import', good])).toMatchObject({
      code: 0,
      value: { imported: 2, replaced: 0 },
    })
    const own = await write('own.json', JSON.stringify([{ question: 'Mine?', answers: 'yes' }]))
    expect((await line.runJson(['quiz', 'import', own, '--sale', String(sale)])).value).toEqual({
      imported: 1,
      replaced: 0,
    })
    const all = [
      { sale_id: null, question: '2 plus 2?', answers: '["4","four"]', choices: null },
      { sale_id: null, question: 'Fruit?', answers: '["pear"]', choices: '["pear","saw"]' },
      { sale_id: sale, question: 'Mine?', answers: '["yes"]', choices: null },
    ]
    expect(await rows()).toEqual(all)

    const bad = await write('bad.csv', 'question,answers\nfine?,yes\nbad?,\n')
    const refused = await line.run(['quiz', 'import', bad])
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain('bad.csv: nothing was imported, 1 of 2 rows are wrong\nline 3:')
    expect((await line.run(['quiz', 'import', join(dir, 'none.csv')])).code).toBe(2)
    expect((await line.runJson(['quiz', 'import', own, '--sale', '999999'])).error.code).toBe('unknown_sale')
    expect(await rows()).toEqual(all)

    expect((await line.runJson(['quiz', 'import', own])).value).toEqual({ imported: 1, replaced: 2 })
    expect((await rows()).map(({ question }) => question)).toEqual(['Mine?', 'Mine?'])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('a file without an end, of 100 MB, that is a folder, or that holds NUL is refused in a line', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quiz-'))
  try {
    const huge = join(dir, 'huge.csv')
    await writeFile(huge, '')
    await truncate(huge, 100 * 2 ** 20)
    const nul = join(dir, 'nul.csv')
    await writeFile(nul, '\ufeffquestion,answers\r\nfine?,yes\r\nwhat\0?,yes\r\n')
    for (const [file, says] of [
      ['/dev/zero', 'is too large'],
      [huge, 'is too large'],
      [dir, 'can not be read'],
      [nul, 'line 3: the question must be a text'],
    ] as const) {
      const { code, stdout, stderr } = await line.run(['quiz', 'import', file])
      expect([code, stdout], file).toEqual([2, ''])
      expect(stderr).toContain(says)
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
