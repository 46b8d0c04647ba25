import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { expect } from 'vitest'
import type { Proof } from '../../contract/challenges/proof.ts'
import { saleKeys } from '../../contract/keys.ts'
import type { LentGateway } from './lend-gateway.ts'

export const TIMES = 50

/** The same at once, {@link TIMES} times. */
export const times = <T>(work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: TIMES }, (_, i) => work(i)))

export const refusal = ({ status, body }: { status: number; body: { code?: string } }): string =>
  `${status} ${body.code}`

export const solve = async (challenge: Proof) => ({
  challenge,
  solution: (await solveChallenge({ challenge, deriveKey }))!,
})

/** The pass of a buyer who reads the captcha. */
export async function earn(gateway: LentGateway, sale: number, buyer: string): Promise<string> {
  expect((await gateway.ask(sale, buyer)).status).toBe(200)
  const [answer] = await gateway.rightAnswers(sale, buyer)
  const { status, body } = await gateway.answer(sale, buyer, answer)
  expect(status).toBe(200)
  return body.pass
}

/** How many numbers the sale has given out. */
export const ticketsOf = async (gateway: LentGateway, sale: number): Promise<number> =>
  Number(await gateway.stores.redis.hget(saleKeys(sale).card, 'next')) - 1
