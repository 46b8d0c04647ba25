/** What a sale under auto release could use now, in tickets. */
export interface SaleWants {
  sale: number
  /** In flight, and waiting for a unit that is free. */
  wants: number
}

/**
 * Splits the window between the sales under auto release: nobody gets more than he can use while another one could, and
 * what one leaves goes to the others in equal parts (max-min fairness: Bertsekas, Gallager, Data Networks, 1987). A
 * sale that wants nothing yet gets what it would get if it did, so that it begins at once when a crowd comes.
 */
export function splitWindow(window: number, least: number, sales: readonly SaleWants[]): Map<number, number> {
  const shares = new Map<number, number>()
  const asking = sales.filter(({ wants }) => wants > 0).sort((a, b) => a.wants - b.wants)
  let left = window
  asking.forEach(({ sale, wants }, i) => {
    const share = Math.min(wants, left / (asking.length - i))
    left -= share
    shares.set(sale, share)
  })
  // What nobody can use now, all may: whichever line grows before the next look.
  const spare = left / Math.max(1, asking.length)
  for (const { sale } of asking) shares.set(sale, shares.get(sale)! + spare)
  for (const { sale } of sales)
    shares.set(sale, Math.max(least, Math.floor(shares.get(sale) ?? window / (asking.length + 1))))
  return shares
}
