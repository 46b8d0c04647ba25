import type { JSX } from 'preact'
import type { ShownSale } from '../../../contract/console/sale.ts'
import { statusOf } from '../sale.ts'
import { Badge } from './badge.tsx'
import { useNow } from './when.tsx'

/** A sale's state in a word, said aloud when it changes. */
export function SaleState({ sale }: { sale: ShownSale }): JSX.Element {
  const { tone, word } = statusOf(sale, useNow())
  return (
    <span aria-live="polite">
      <Badge tone={tone}>{word}</Badge>
    </span>
  )
}
