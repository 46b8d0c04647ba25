import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { REHEARSAL_BUYER } from '../../contract/buyer.ts'
import type { Proof } from '../../contract/challenges/proof.ts'
import type { Check } from '../../contract/console/rehearsal.ts'
import { answerKey } from '../../contract/keys.ts'
import type { Sale } from '../../contract/words.ts'
import type { TokenKey } from '../../platform/signing-keys.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { type Answer, type Ask, codeOf, openBuyers, patiently } from './as-buyer.ts'
import { no, ok, warn } from './check.ts'
import { openShadow } from './shadow-sale.ts'
import { endShadow } from './sweep-shadows.ts'

/** A proof of work costs this machine about as much as it costs a browser: a crowd of solvers would be a load of its own. */
const SOLVERS = 4

/**
 * Whether the sale's challenge lets buyers in, and nobody without it: a few buyers of a shadow sale of its own click
 * without a pass, are asked, answer and click again. Right answers to a quiz or a captcha are taken from Redis, where they
 * stand until they are given.
 */
export async function rehearseChallenge(
  stores: SaleStores,
  sale: Sale,
  token: TokenKey,
  signal: AbortSignal,
): Promise<Check> {
  const name = 'challenge'
  if (sale.challenge === 'none') return ok(name, 'the sale has none')
  const doors = stores.doors ?? []
  const { id } = await openShadow(stores, sale, { stock: SOLVERS, standby: 0, challenge: sale.challenge })
  const buyers = openBuyers(doors, token, signal)
  try {
    for (let i = 0; i < SOLVERS; i++) {
      const buyer = `${REHEARSAL_BUYER}${id}-${i + 1}`
      const wrong = await solve(stores, id, buyer, buyers.as(doors[i % doors.length]!, buyer), signal)
      if (wrong === 'off') return warn(name, 'challenges are switched off: `sluice switch`')
      if (wrong !== undefined) return no(name, `${sale.challenge}: ${wrong}`)
    }
    return ok(
      name,
      `${sale.challenge}: ${SOLVERS} buyers were sent away without a pass, answered, and got their places`,
    )
  } catch (error) {
    return no(name, `${sale.challenge}: ${(error as Error).message || (error as Error).name}`)
  } finally {
    await buyers.close()
    await endShadow(stores, id)
  }
}

/** What went wrong; undefined where the buyer got a place. */
async function solve(
  { redis }: SaleStores,
  sale: number,
  buyer: string,
  ask: Ask,
  signal: AbortSignal,
): Promise<string | undefined> {
  const wrong = (what: string, answer: Answer) => `${what} was answered ${answer.status} ${codeOf(answer)}`
  const path = `/api/sales/${sale}`
  const asked = await patiently(() => ask('GET', `${path}/challenge`), signal)
  if (asked.status !== 200) return wrong('the question', asked)
  if (asked.body.kind === 'none') return 'off'
  const bare = await patiently(() => ask('POST', `${path}/orders`, {}), signal)
  if (codeOf(bare) !== 'challenge_required') return wrong('a click without a pass', bare)
  const answer =
    asked.body.kind === 'pow'
      ? await prove(asked.body.challenge as Proof)
      : (JSON.parse((await redis.get(answerKey(sale, buyer))) ?? '[]') as string[])[0]
  const judged = await patiently(() => ask('POST', `${path}/challenge`, { answer }), signal)
  if (judged.status !== 200) return wrong('the right answer', judged)
  const { pass } = judged.body
  const joined = await patiently(() => ask('POST', `${path}/orders`, { pass }), signal)
  return joined.status === 202 || joined.status === 200 ? undefined : wrong('a click with its pass', joined)
}

const prove = async (challenge: Proof) => ({
  challenge,
  solution: await solveChallenge({ challenge, deriveKey }),
})
