import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSigningKeys } from './signing-keys.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-keys-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const [OWN, OLD, NEW] = ['o', 'p', 'n'].map((sign) => sign.repeat(32)) as [string, string, string]
const read = (...lines: string[]) => {
  const path = join(dir, 'keys')
  writeFileSync(path, lines.join('\n'))
  return readSigningKeys({ SLUICE_JWT_SECRET: OWN, SLUICE_TICKET_SECRET: OWN, SLUICE_KEY_FILE: path })
}

test('without a file, or with an empty one, the keys of the environment sign', () => {
  const own = { token: { secret: OWN }, tickets: [OWN] }
  expect(readSigningKeys({ SLUICE_JWT_SECRET: OWN, SLUICE_TICKET_SECRET: OWN })).toEqual(own)
  expect(readSigningKeys({ SLUICE_JWT_SECRET: OWN, SLUICE_TICKET_SECRET: OWN, SLUICE_KEY_FILE: '' })).toEqual(
    own,
  )
  expect(read('# nothing yet', '')).toEqual(own)
})

test('of each kind the first line signs; tickets of all, and of the environment’s key, are good', () => {
  const keys = read(
    `jwt new ${NEW}`,
    `ticket new ${NEW}`,
    '',
    '# till May',
    `jwt old ${OLD}`,
    `ticket old ${OLD}`,
  )
  expect(keys).toEqual({ token: { secret: NEW, kid: 'new' }, tickets: [NEW, OLD, OWN] })
})

test.each([
  ['jwt new', 'expected jwt or ticket'],
  [`token new ${NEW}`, 'expected jwt or ticket'],
  [`jwt new ${NEW} ${NEW}`, 'expected jwt or ticket'],
  [`jwt n/w ${NEW}`, 'a name has'],
  [`jwt new ${NEW.slice(1)}`, '32 characters'],
  [`jwt old ${NEW}`, 'this name is taken'],
])('the line %j is refused by its number, without its secret', (line, words) => {
  let message = ''
  try {
    read(`jwt old ${OLD}`, line)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toContain('line 2: ')
  expect(message).toContain(words)
  expect(message).not.toContain(NEW.slice(1))
})

test('a file that is not there is named, and the number of keys has a bound', () => {
  const path = join(dir, 'none')
  expect(() => readSigningKeys({ SLUICE_JWT_SECRET: OWN, SLUICE_KEY_FILE: path })).toThrow(
    /SLUICE_KEY_FILE.*none/,
  )
  expect(() => read(...[1, 2, 3, 4, 5].map((n) => `jwt k${n} ${NEW}`))).toThrow('4 keys of a kind at most')
})
