import { randomInt } from 'node:crypto'

/** The same things in another order; every order is as likely as any other. */
export function shuffle<T>(from: readonly T[]): T[] {
  const left = [...from]
  return Array.from({ length: left.length }, () => left.splice(randomInt(left.length), 1)[0]!)
}
