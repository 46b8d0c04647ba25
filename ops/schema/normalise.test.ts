import { expect, test } from 'vitest'
import { normaliseDefault, normaliseExpression, normaliseType } from './normalise.ts'

test.each([
  ['int(10) unsigned', 'int unsigned'],
  ['bigint(20) unsigned', 'bigint unsigned'],
  ['int unsigned', 'int unsigned'],
  ['tinyint(1)', 'tinyint(1)'],
  ['tinyint(3) unsigned', 'tinyint unsigned'],
  ["enum('int(3)')", "enum('int(3)')"],
  ['varchar(128)', 'varchar(128)'],
])('type %s', (type, expected) => {
  expect(normaliseType(type)).toBe(expected)
})

// The first of each is what MySQL 8.4 says, the second MariaDB 10.11.
test.each([
  [normaliseDefault('none', '', false), normaliseDefault("'none'", '', false), "'none'"],
  [normaliseDefault('0', '', true), normaliseDefault('0', '', true), '0'],
  [normaliseDefault(null, '', false), normaliseDefault('NULL', '', false), undefined],
  [
    normaliseDefault('CURRENT_TIMESTAMP(3)', 'DEFAULT_GENERATED', false),
    normaliseDefault('current_timestamp(3)', '', false),
    'CURRENT_TIMESTAMP(3)',
  ],
])('default %s', (mysql, mariadb, expected) => {
  expect([mysql, mariadb]).toEqual([expected, expected])
})

test.each([
  ['(`sold` <= `stock`)', '`sold` <= `stock`', 'sold <= stock'],
  [
    "if((`state` in (_utf8mb4\\'paid\\',_utf8mb4\\'expiring\\')),1,NULL)",
    "if(`state` in ('paid','expiring'),1,NULL)",
    "if(state in ('paid','expiring'),1,NULL)",
  ],
  ['((`a` + 1) * 2 > (`b`))', '(`a` + 1) * 2 > (`b`)', '(a + 1) * 2 > (b)'],
])('expression %s', (mysql, mariadb, expected) => {
  expect([normaliseExpression(mysql), normaliseExpression(mariadb)]).toEqual([expected, expected])
})
