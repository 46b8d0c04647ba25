/** What the backends must hold while the crowd buys. */
export const LIMITS = { lagP99Ms: 1_000, queue: 100, errors: 0 } as const
/** Of the highest rate that held, so much is advised: the day of the sale brings more than a rehearsal. */
export const MARGIN = 0.8
