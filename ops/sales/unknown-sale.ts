import { Problem } from '../../contract/errors.ts'

/** What every command says of an ID that is no sale. */
export const unknownSale = (id: number): Problem =>
  new Problem('unknown_sale', { detail: `there is no sale ${id}; \`sale list\` shows those there are` })
