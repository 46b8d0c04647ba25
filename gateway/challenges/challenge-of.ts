import type { Challenge, Sale } from '../../contract/words.ts'
import type { SwitchBoard } from '../switches/switch-board.ts'

/**
 * Which challenge a sale asks for at this moment: its own, or none while challenges are switched off. The one place that both
 * the challenge and the join go by.
 */
export const challengeOf = (sale: Sale, switches: Pick<SwitchBoard, 'of'>): Challenge =>
  switches.of(sale.id).challenge ? sale.challenge : 'none'
