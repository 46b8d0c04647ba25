import { createHmac, randomInt } from 'node:crypto'
import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Redis } from '../../platform/redis.ts'
import { proofKey } from '../keys.ts'

/**
 * Proof of work by altcha-lib: find the counter whose PBKDF2 key begins as the challenge says. Every try costs the browser
 * as much as it costs a program outside of one, which plain SHA-256 does not.
 */
const ALGORITHM = 'PBKDF2/SHA-256'
const ITERATIONS = 1_000

export type Proof = Challenge
export type ProofAnswer = Payload

/** Keys of their own for the challenge and its solution, out of the tickets' secret. */
const keysOf = (secret: string) => {
  const derived = (use: string) => createHmac('sha256', secret).update(use).digest('base64url')
  return {
    hmacSignatureSecret: derived('proof|challenge'),
    hmacKeySignatureSecret: derived('proof|solution'),
  }
}

/**
 * A new piece of work for this buyer in this sale: between half of `triesMost` and all of them lead to the solution.
 * Nothing is written down; the signature holds everything.
 */
export function createProof(
  secret: string,
  sale: number,
  buyer: string,
  { triesMost, expiresS }: { triesMost: number; expiresS: number },
): Promise<Proof> {
  return createChallenge({
    algorithm: ALGORITHM,
    cost: ITERATIONS,
    counter: randomInt(Math.floor(triesMost / 2), triesMost),
    data: { sale, buyer },
    expiresAt: expiresS,
    deriveKey,
    ...keysOf(secret),
  })
}

/**
 * Whether this is the solution of a challenge that one of these secrets signed, for this buyer and sale, in time and for the first time: its
 * signature is remembered in Redis until it expires.
 */
export async function tryProof(
  redis: Redis,
  secrets: readonly string[],
  sale: number,
  buyer: string,
  { challenge, solution }: ProofAnswer,
): Promise<boolean> {
  const checks = secrets.map((secret) =>
    verifySolution({ challenge, solution, deriveKey, ...keysOf(secret) }),
  )
  if (!(await Promise.all(checks)).some(({ verified }) => verified)) return false
  // Signed, so these are our own words.
  const { data, expiresAt = 0 } = challenge.parameters
  if (data?.sale !== sale || data.buyer !== buyer) return false
  // A second longer than it is believed: clocks of Redis and gateway may differ a little.
  const first = await redis.set(proofKey(sale, challenge.signature!), buyer, 'EXAT', expiresAt + 60, 'NX')
  return first === 'OK'
}
