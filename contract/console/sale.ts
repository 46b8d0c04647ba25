import type { Sale } from '../words.ts'

/** A sale as the command line shows it: times are ISO 8601, everything else as in {@link Sale}. */
export interface SaleView extends Omit<Sale, 'opensAt' | 'closesAt'> {
  opensAt: string
  closesAt: string
  /** Neither held nor sold. */
  left: number
}

/** What of a sale's books is known at this moment. Units, but for `waiting` and `inFlight`: units wanted by tickets. */
export interface Books {
  stock: number
  /** Held or sold. */
  sold: number
  paid: number
  /** Sold and not yet paid. */
  held: number
  /** By MySQL: stock less sold. */
  left: number
  /** Of Redis: what the line wants, and what is released and not yet recorded; null while Redis does not have the sale. */
  waiting: number | null
  inFlight: number | null
}

/** A sale as the API shows it. */
export interface ShownSale extends SaleView, Books {}

/** A sale after a step, and what there is to say of it. */
export interface SteppedSale extends ShownSale {
  note?: string
}

export interface CreatedSale {
  id: number
}
