import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ShownSale } from '../../contract/console/sale.ts'

/** The sale that the screens inside its frame show; `reload` after a change. */
export interface SaleInFrame {
  sale: ShownSale
  reload: () => void
}

export const SaleContext = createContext<SaleInFrame | undefined>(undefined)

/** For screens under `sales/:id`; the frame has loaded it by then. */
export function useSale(): SaleInFrame {
  const value = useContext(SaleContext)
  if (value === undefined) throw new Error('useSale belongs to screens under sales/:id')
  return value
}
