import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BLOCKS } from '../../contract/keys.ts'
import { type LentConsole, lendConsole, type Send } from './lend-console.ts'

let lent: LentConsole
let anna: Send
beforeAll(async () => {
  lent = await lendConsole()
  anna = await lent.signIn('anna')
})
afterAll(() => lent?.stop())

const importCsv = (text: string, type = 'text/csv') =>
  anna('POST', '/api/blocks/import', undefined, { raw: { type, text } })
const inRedis = async () => {
  const { '': _version, ...scores } = await lent.redis.hgetall(BLOCKS)
  return scores
}
const empty = async () => {
  await lent.mysql.query('DELETE FROM blocks')
}

test('block, look, search, unblock; each recorded with before and after', async () => {
  await anna('POST', '/api/blocks', { buyer: 'eve', reason: 'a thousand accounts' })
  await anna('POST', '/api/blocks', { buyer: 'eve', score: 90 })
  await anna('POST', '/api/blocks', { buyer: 'wary', score: 40, reason: 'same address' })
  expect(await inRedis()).toEqual({ eve: '90', wary: '40' })
  expect((await anna('GET', '/api/blocks')).json).toMatchObject({
    ...{
      total: 2,
      blocks: [
        { buyer: 'eve', score: 90 },
        { buyer: 'wary', score: 40 },
      ],
    },
  })
  expect((await anna('GET', '/api/blocks?search=address')).json.blocks).toHaveLength(1)
  expect((await anna('DELETE', '/api/blocks', { buyer: 'eve' })).json).toEqual({
    buyer: 'eve',
    removed: true,
  })
  expect((await anna('DELETE', '/api/blocks', { buyer: 'eve' })).json.removed).toBe(false)
  expect((await anna('GET', '/api/actions')).json.actions.slice(0, 4)).toMatchObject([
    { action: 'block.remove', target: 'eve', before: { score: 90, reason: '' } },
    { action: 'block.set', target: 'wary', after: { score: 40 } },
    { action: 'block.set', target: 'eve', before: { score: 100 }, after: { score: 90 } },
    { action: 'block.set', target: 'eve', after: { score: 100, reason: 'a thousand accounts' } },
  ])
})

test('the list comes in pages', async () => {
  await empty()
  const names = Array.from({ length: 250 }, (_, n) => `buyer-${String(n).padStart(3, '0')}`)
  expect((await importCsv(`buyer\n${names.join('\n')}\n`)).json).toEqual({ imported: 250, total: 250 })
  const found: string[] = []
  for (let after = ''; ; ) {
    const { json } = await anna('GET', `/api/blocks?after=${after}`)
    found.push(...json.blocks.map(({ buyer }: { buyer: string }) => buyer))
    if (json.next === undefined) break
    after = json.next
  }
  expect(found).toEqual(names)
})

test('a file with bad rows: what is wrong with which row, and nothing of it is done', async () => {
  await empty()
  await anna('POST', '/api/blocks', { buyer: 'before', score: 5 })
  const { json } = await importCsv(
    [
      'buyer,score,reason',
      'good,50,',
      'two words,50,',
      'x,0,',
      `y,7,${'r'.repeat(501)}`,
      'good,1,',
      ',,',
    ].join('\n'),
  )
  expect(json).toMatchObject({
    status: 400,
    code: 'invalid_request',
    detail: expect.stringContaining('Nothing'),
  })
  expect(json.fields.map(({ row, field }: { row: number; field: string }) => `${row} ${field}`)).toEqual([
    ...['3 buyer', '4 score', '5 reason', '6 buyer', '7 buyer'],
  ])
  expect((await anna('GET', '/api/blocks')).json.blocks).toMatchObject([{ buyer: 'before', score: 5 }])
})

test('a byte order mark, CRLF and quoted commas are read; control characters are refused by row', async () => {
  await empty()
  const windows = '\ufeffbuyer,score,reason\r\nann,50,"late, again"\r\nbob,60,\r\n'
  expect((await importCsv(windows)).json).toEqual({ imported: 2, total: 2 })
  expect((await anna('GET', '/api/blocks')).json.blocks).toMatchObject([
    { buyer: 'ann', score: 50, reason: 'late, again' },
    { buyer: 'bob', score: 60, reason: '' },
  ])
  const { json } = await importCsv('buyer,reason\ncid,a\0b\nd\0n,\nelf,"two\nlines"\n')
  expect(json.fields.map(({ row, field }: { row: number; field: string }) => `${row} ${field}`)).toEqual([
    ...['2 reason', '3 buyer', '5 reason'],
  ])
  const typed = await anna('POST', '/api/blocks', { buyer: 'cid', reason: 'a\0b' })
  expect(typed.json).toMatchObject({ code: 'invalid_request', fields: [{ field: 'reason' }] })
  expect((await anna('GET', '/api/blocks')).json.total).toBe(2)
})

test.each([
  ['buyer,height\na,1\n', 1, 'height'],
  ['score\n1\n', 1, 'buyer'],
  ['buyer,buyer\na,b\n', 1, 'buyer'],
  ['buyer\n', 2, 'row'],
  ['', 2, 'row'],
  ['buyer,score\n"a,1\n', 2, 'row'],
  ['buyer,score\na,1,2,3\n', 2, 'row'],
])('%j is refused', async (text, row, field) => {
  const { json } = await importCsv(text)
  expect(json).toMatchObject({ status: 400, code: 'invalid_request', fields: [{ row, field }] })
})

test('one megabyte at most, and CSV only', async () => {
  expect((await importCsv(`buyer\n${'x'.repeat(2 ** 20)}`)).json).toMatchObject({ code: 'too_large' })
  expect((await importCsv('{"buyer":"x"}', 'application/json')).json).toMatchObject({
    code: 'unsupported_type',
  })
  expect((await importCsv('<x/>', 'text/xml')).json).toMatchObject({ code: 'unsupported_type' })
  const longest = { buyer: 'x', reason: 'x'.repeat(70_000) }
  expect((await anna('POST', '/api/blocks', longest)).json).toMatchObject({ code: 'too_large' })
})

test('an export holds no formula, and comes back as it was', async () => {
  await empty()
  const odd = ['=1+1', '+49', '-x', '@sum', "'quoted", "'=1", "''=2", 'plain', 'with,comma', 'with"quote']
  for (const buyer of odd)
    await anna('POST', '/api/blocks', {
      buyer,
      score: 7,
      reason: `=HYPERLINK("http://evil.test";"${odd.length}")`,
    })
  const answer = await anna('GET', '/api/blocks/export')
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="blocks.csv"',
  })
  const rows = parse(answer.text) as string[][]
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
  await empty()
  expect((await importCsv(answer.text)).json).toEqual({ imported: odd.length, total: odd.length })
  const { blocks } = (await anna('GET', '/api/blocks')).json
  expect(blocks.map(({ buyer }: { buyer: string }) => buyer).sort()).toEqual([...odd].sort())
  expect(blocks[0].reason).toMatch(/^=HYPERLINK/)
})
