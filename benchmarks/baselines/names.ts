/** What the baselines call their things. */
export const DATABASE = 'baseline'
export const QUEUE = 'orders'
export const STOCK = 'baseline:stock'
export const NUMBER = 'baseline:number'

/** A setting of a baseline's process; they get exactly those they need. */
export function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}
