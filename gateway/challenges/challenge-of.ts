import type { Challenge, Sale } from '../../contract/words.ts'

/** Which challenge a sale asks for at this moment: the one place that both the challenge and the join go by. */
export const challengeOf = (sale: Sale): Challenge => sale.challenge
