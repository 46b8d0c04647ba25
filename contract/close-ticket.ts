import { type Pool, transaction } from '../platform/mysql.ts'
import { readSale } from './sales.ts'
import type { Ticket } from './ticket.ts'
import { findTicketRow } from './ticket-row.ts'

/**
 * The final answer for a ticket of a settled sale: its row; and where it has none (Redis had lost it, and its buyer did not
 * come back in time), `closed` is written down for it now. Throws where the sale is not settled, or never had that number.
 */
export function closeTicket(mysql: Pool, ticket: Ticket): ReturnType<typeof findTicketRow> {
  return transaction(mysql, async (db) => {
    const sale = await readSale(db, ticket.sale, 'lock')
    if (sale?.phase !== 'settled') throw new Error(`sale ${ticket.sale} is not settled`)
    const row = await findTicketRow(db, ticket)
    if (row) return row
    if (ticket.number > sale.numbersLeased)
      throw new Error(`ticket ${ticket.sale}-${ticket.number} never was`)
    await db.query(
      "INSERT INTO refusals (sale_id, number, buyer, quantity, state, created_at) VALUES (?, ?, ?, ?, 'closed', ?)",
      [ticket.sale, ticket.number, ticket.buyer, ticket.quantity, new Date()],
    )
    return { state: 'closed', payBy: 0 }
  })
}
