import { expect, test } from 'vitest'
import { splitStatements } from './split-statements.ts'

test('splits at semicolons and drops comments and empty statements', () => {
  expect(splitStatements('-- one; two\nSELECT 1; # three;\n;/* four; */ SELECT 2 - 1 / 1\n')).toEqual([
    'SELECT 1',
    'SELECT 2 - 1 / 1',
  ])
})

test('does not split inside quotes', () => {
  const quoted = [`SELECT 'a;''b;\\';c'`, 'SELECT "d;e"', 'SELECT `f;g`', `SELECT '-- no; /* comment'`]
  expect(splitStatements(quoted.join(';\n'))).toEqual(quoted)
})

test('keeps executable comments and a double minus that is no comment', () => {
  expect(splitStatements('SELECT /*!80000 1, */ 2--1')).toEqual(['SELECT /*!80000 1, */ 2--1'])
})

test.each([
  ["SELECT 'a", 'quote'],
  ["SELECT 'a\\'", 'quote'],
  ['SELECT /* a', 'comment'],
  ['DELIMITER //', 'DELIMITER'],
])('refuses %s', (sql, word) => {
  expect(() => splitStatements(sql)).toThrow(word)
})
