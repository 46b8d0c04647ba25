import type { Sale } from '../../contract/words.ts'

/** A sale as the command line shows it: times are ISO 8601, everything else as in {@link Sale}. */
export const saleView = (sale: Sale) => ({
  ...sale,
  opensAt: new Date(sale.opensAt).toISOString(),
  closesAt: new Date(sale.closesAt).toISOString(),
  left: sale.stock - sale.sold,
})
