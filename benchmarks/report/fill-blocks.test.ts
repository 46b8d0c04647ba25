import { expect, test } from 'vitest'
import { fillBlocks } from './fill-blocks.ts'

const mark = (name: string, text: string) => `<!-- bench:${name} -->\n${text}<!-- /bench:${name} -->`

test('replaces what it has and leaves the rest', () => {
  const document = `before\n${mark('a', 'old\n')}\nbetween\n${mark('b', 'kept\n')}\nafter`
  expect(fillBlocks(document, { a: 'new | $& |\n' })).toBe(
    `before\n${mark('a', 'new | $& |\n')}\nbetween\n${mark('b', 'kept\n')}\nafter`,
  )
})

test('filling again changes nothing', () => {
  const once = fillBlocks(mark('a', ''), { a: 'text' })
  expect(fillBlocks(once, { a: 'text' })).toBe(once)
})

test('refuses marks that do not belong together', () => {
  expect(() => fillBlocks('<!-- bench:a -->\n<!-- /bench:b -->', {})).toThrow('bench:a is closed by /bench:b')
})
