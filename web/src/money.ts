/**
 * Writes a price for people, as the English pages do. `minorUnits` are whole cents (or the smallest unit of a currency without cents),
 * `currency` is ISO 4217. An unknown currency is written as its code after the number.
 */
export function formatMoney(minorUnits: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2
    return format.format(minorUnits / 10 ** digits)
  } catch {
    // Intl throws on a code that is not three letters; a price must still be readable.
    return `${(minorUnits / 100).toFixed(2)} ${currency}`
  }
}
