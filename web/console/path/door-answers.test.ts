import { expect, test } from 'vitest'
import { filesOf, hostOf } from './door-answers.ts'

const file = (url: string, problem?: string) => ({
  ...{ url, status: 200, encoding: 'gzip', bytes: 600, ms: 1 },
  ...(problem !== undefined && { problem }),
})

test('the doors’ answers are one line a file; a door that broke off is missing in the rest', () => {
  const files = filesOf([
    { door: 'http://a:1', ok: true, files: [file('/'), file('/sales/2')] },
    { door: 'http://b:2', ok: false, files: [file('/', 'answered 404')] },
  ])
  expect(files.map(({ url, by }) => [url, [...by.keys()].map(hostOf)])).toEqual([
    ['/', ['a:1', 'b:2']],
    ['/sales/2', ['a:1']],
  ])
  expect(files[0]?.by.get('http://b:2')?.problem).toBe('answered 404')
})
