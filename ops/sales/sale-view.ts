import type { SaleView } from '../../contract/console/sale.ts'
import type { Sale } from '../../contract/words.ts'

export const saleView = (sale: Sale): SaleView => ({
  ...sale,
  opensAt: new Date(sale.opensAt).toISOString(),
  closesAt: new Date(sale.closesAt).toISOString(),
  left: sale.stock - sale.sold,
})
