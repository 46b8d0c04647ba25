import { writeFile } from 'node:fs/promises'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './call.ts'
import { JWT_SECRET, type LentDoor, lendDoor, TICKET_SECRET } from './lend-door.ts'
import { openSale } from './sale-cards.ts'
import { ticketOf } from './ticket-of.ts'

const SPRING = 'the key of spring, 32 characters or more'.replaceAll(' ', '-')
const AUTUMN = 'the key of autumn, 32 characters or more'.replaceAll(' ', '-')

let door: LentDoor
beforeAll(async () => {
  door = await lendDoor()
})
afterAll(() => door.stop())

/** The key file, as ops would edit it. */
const keep = async (...lines: string[]) => {
  await writeFile(door.env.SLUICE_KEY_FILE!, `# keys\n\n${lines.join('\n')}\n`)
  await door.reload()
}

const tokenBy = (secret: string, kid?: unknown, buyer = 'anna') =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', ...(kid === undefined ? {} : { kid: kid as string }) })
    .setSubject(buyer)
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(secret))

/** What becomes of some polls over connections of their own, so that both workers are asked. */
async function outcomes(token: string): Promise<string[]> {
  const found = new Set<string>()
  for (let n = 0; n < 8; n++) {
    const { status } = await call(door.flash, 'GET', '/api/orders', {
      headers: { authorization: `Bearer ${token}` },
    })
    // A buyer who polls too often is known all the same.
    found.add(status === 401 ? 'refused' : 'known')
  }
  return [...found]
}

test('two keys live; a token is proved by the key that it names, or by none', async () => {
  await keep(`jwt autumn ${AUTUMN}`, `jwt spring ${SPRING}`, `ticket autumn ${AUTUMN}`)
  expect(await outcomes(await tokenBy(AUTUMN, 'autumn'))).toEqual(['known'])
  expect(await outcomes(await tokenBy(SPRING, 'spring'))).toEqual(['known'])
  // Without a name: the environment's.
  expect(await outcomes(await tokenBy(JWT_SECRET))).toEqual(['known'])
  for (const [secret, kid] of [
    [SPRING, 'autumn'],
    [SPRING, undefined],
    [JWT_SECRET, 'spring'],
    [JWT_SECRET, 'summer'],
    [JWT_SECRET, ''],
    [JWT_SECRET, null],
    [JWT_SECRET, 7],
    [JWT_SECRET, ['spring']],
    [JWT_SECRET, { spring: 1 }],
    [SPRING, 'Spring'],
    [SPRING, '../keys'],
  ] as const)
    expect(await outcomes(await tokenBy(secret, kid)), `${secret} ${JSON.stringify(kid)}`).toEqual([
      'refused',
    ])
})

test('a secret may be shorter than a block of its hash (64 bytes), as long, or longer', async () => {
  // Four keys at most; the first one has the shortest length that is allowed.
  const secrets = [32, 64, 65, 200].map((length) => AUTUMN.repeat(6).slice(0, length))
  await keep(...secrets.map((secret, i) => `jwt key${i} ${secret}`))
  for (const [i, secret] of secrets.entries()) {
    expect(await outcomes(await tokenBy(secret, `key${i}`)), `${secret.length}`).toEqual(['known'])
    expect(await outcomes(await tokenBy(`${secret}x`, `key${i}`))).toEqual(['refused'])
  }
})

test('a key that was taken away proves nothing any more, not even a token that was remembered', async () => {
  await keep(`jwt autumn ${AUTUMN}`, `jwt spring ${SPRING}`)
  const [old, young] = [await tokenBy(SPRING, 'spring'), await tokenBy(AUTUMN, 'autumn')]
  for (let round = 0; round < 2; round++) expect(await outcomes(old)).toEqual(['known'])
  await keep(`jwt autumn ${AUTUMN}`)
  expect(await outcomes(old)).toEqual(['refused'])
  expect(await outcomes(young)).toEqual(['known'])
})

test('tickets of each key that lives wait at the door; of a key that was taken away nobody has heard', async () => {
  const secrets = [TICKET_SECRET, SPRING, AUTUMN]
  const tickets = secrets.map((secret) => ticketOf('bert', 1, 5_000, { secret }))
  const headers = { authorization: `Bearer ${await tokenBy(JWT_SECRET, undefined, 'bert')}` }
  const codes = async () => {
    await door.publish(
      openSale(1, { served: 1, last: 9_000, waiting: 9_000, perSecond: 1, fastest: 1, free: 9_000 }),
    )
    const answers = await Promise.all(
      tickets.map((ticket) => call(door.flash, 'GET', `/api/tickets/${ticket}`, { headers })),
    )
    return answers.map(({ json }) => json.state ?? json.code)
  }
  await keep(`ticket autumn ${AUTUMN}`, `ticket spring ${SPRING}`)
  expect(await codes()).toEqual(['waiting', 'waiting', 'waiting'])
  await keep(`ticket autumn ${AUTUMN}`)
  expect(await codes()).toEqual(['waiting', 'unknown_ticket', 'waiting'])
})

test.each([
  ['jwt winter', 'expected jwt or ticket, a name and a secret'],
  [`cookie winter ${AUTUMN}`, 'expected jwt or ticket, a name and a secret'],
  [`jwt winter ${AUTUMN} more`, 'expected jwt or ticket, a name and a secret'],
  [`jwt win/ter ${AUTUMN}`, 'a name has letters'],
  [`jwt winter ${AUTUMN.slice(0, 31)}`, 'a secret must have 32 characters'],
  [`jwt spring ${AUTUMN}`, 'this name is taken'],
])('a reload with the line %j is refused by its number, and changes nothing', async (line, words) => {
  await keep(`jwt spring ${SPRING}`)
  const token = await tokenBy(SPRING, 'spring')
  const before = (await door.errorLog()).length
  await keep(`jwt spring ${SPRING}`, line)
  const log = (await door.errorLog()).slice(before)
  expect(log).toContain('line 4: ')
  expect(log).toContain(words)
  expect(log).not.toContain(AUTUMN.slice(0, 31))
  expect(await outcomes(token)).toEqual(['known'])
})
