import type { ReleaseMessage } from '../../contract/release-message.ts'

/** How many tickets this gateway has released for an order, by sale. */
export function createReleaseCount() {
  const counts = new Map<number, number>()
  return {
    note({ sale, kind, tickets }: ReleaseMessage): void {
      if (kind === 'order') counts.set(sale, (counts.get(sale) ?? 0) + tickets.length)
    },
    /** Of these sales; all others are forgotten, so that it stays as small as what is sold. */
    of(live: readonly { id: number }[]): Record<string, number> {
      const ids = new Set(live.map(({ id }) => id))
      for (const id of counts.keys()) if (!ids.has(id)) counts.delete(id)
      return Object.fromEntries([...ids].map((id) => [id, counts.get(id) ?? 0]))
    },
  }
}
