import { Problem } from '../../contract/errors.ts'
import { signInKey } from '../../contract/keys.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { type Operator, readOperator } from './operators.ts'
import { isPassword, NOBODY } from './password.ts'

const WINDOW_S = 300
/** Wrong passwords in a window: of one name from one address, of one address, and of one name from anywhere. */
const MOST = { pair: 5, address: 30, name: 100 }
/** From where a name signed in within so long, guesses from elsewhere do not keep it out. */
const KNOWN_S = 30 * 86_400
/** Each guess takes 32 MB and a thread. */
const AT_ONCE = 4

/** A sign-in that was refused. Of those over the limit only the first in its window is worth recording. */
export class SignInRefused extends Problem {
  readonly worthRecording: boolean

  constructor(limited: boolean, worthRecording: boolean) {
    super(limited ? 'too_many_requests' : 'unauthenticated', {
      detail: limited ? 'Too many wrong passwords: wait some minutes' : 'The name or the password is wrong',
      ...(limited ? { retryAfterS: WINDOW_S } : {}),
    })
    this.worthRecording = worthRecording
  }
}

let guessing = 0

/**
 * Who this name and password are. An unknown name, a disabled one and a wrong password have the same answer and take as
 * long. Guesses are counted in Redis before they are judged, so that many at once do not pass the limit together; a right
 * password forgets those of its name and address. Throws {@link SignInRefused}, or Problem `busy`, or `unavailable` without
 * Redis.
 */
export async function signIn(
  { mysql, redis }: { mysql: Pool; redis: Redis },
  { name, password, address }: { name: string; password: string; address: string },
): Promise<Operator> {
  const keys = {
    pair: signInKey(`${address} ${name}`),
    address: signInKey(address),
    name: signInKey(`name ${name}`),
  }
  const known = signInKey(`known ${address} ${name}`)
  const own = (await redis.exists(known).catch(withoutRedis)) === 1
  // Guesses that are refused for their address do not count against the name, whose owner may sign in from another one;
  // and where he has signed in before, those of others do not count.
  const passed =
    (await count(redis, keys, ['pair', 'address'])) ?? (own ? undefined : await count(redis, keys, ['name']))
  if (passed !== undefined) throw new SignInRefused(true, passed === 1)
  if (guessing >= AT_ONCE) throw new Problem('busy')
  guessing++
  try {
    const operator = await readOperator(mysql, name)
    const right = await isPassword(password, operator?.hash ?? NOBODY)
    if (!operator || !right || operator.disabledAt !== null) throw new SignInRefused(false, true)
    const forget = redis.multi().del(keys.pair).set(known, 1, 'EX', KNOWN_S)
    // A key that has just expired would come back without an end.
    for (const key of own ? [keys.address] : [keys.address, keys.name]) forget.decr(key).expire(key, WINDOW_S)
    await forget.exec()
    return operator
  } finally {
    guessing--
  }
}

const withoutRedis = (error: Error): never => {
  throw new Problem('unavailable', {
    detail:
      'Nobody can sign in while Redis is away, since wrong passwords are counted there; open sessions go on',
    cause: error,
  })
}

type Keys = Record<keyof typeof MOST, string>

/** Counts one guess; by how much the least exceeded of these limits is passed, undefined where none is. */
async function count(redis: Redis, keys: Keys, kinds: (keyof Keys)[]): Promise<number | undefined> {
  const step = redis.multi()
  // The window begins with its first guess.
  for (const kind of kinds) step.set(keys[kind], 0, 'EX', WINDOW_S, 'NX').incr(keys[kind])
  const replies = (await step.exec().catch(withoutRedis)) ?? []
  const over = kinds
    .map((kind, index) => Number(replies[2 * index + 1]?.[1]) - MOST[kind])
    .filter((above) => above > 0)
  return over.length === 0 ? undefined : Math.min(...over)
}
