/** What Sluice tells of an order (docs/architecture.md, "Settlement"). */
export interface TellsOf {
  messageId: string
  kind: 'paid' | 'refunded'
  sku: string | null
  buyer: string
  quantity: number
  amountCents: number
  currency: string
  at: Date
}

/** Reads a message; throws an Error that says what is wrong with it. */
export function readOrder(messageId: unknown, content: Buffer): TellsOf {
  const body = JSON.parse(content.toString('utf8')) as Record<string, unknown> | null
  const expect = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`message ${String(messageId)}: ${what}`)
  }
  expect(body !== null && typeof body === 'object', 'not an object')
  const { v, kind, order, sku, buyer, quantity, amount, currency, at } = body as Record<string, unknown>
  expect(v === 1, `version ${String(v)}, expected 1`)
  expect(typeof messageId === 'string' && /^\d+-\d+$/.test(messageId), 'its ID is no order')
  expect(order === messageId, `is about the order ${String(order)}`)
  expect(kind === 'paid' || kind === 'refunded', 'its kind is not known')
  expect(sku === null || (typeof sku === 'string' && /^[!-~]{1,64}$/.test(sku)), 'its SKU is none')
  expect(typeof buyer === 'string' && /^[!-~]{1,128}$/.test(buyer), 'it has no buyer')
  expect(isWhole(quantity, 1), 'its quantity is not a whole number of 1 or more')
  expect(isWhole(amount, 0), 'its amount is not whole cents')
  expect(typeof currency === 'string' && /^[A-Z]{3}$/.test(currency), 'it has no currency')
  const time = new Date(String(at))
  expect(typeof at === 'string' && !Number.isNaN(time.getTime()), 'it has no time')
  return {
    ...{ messageId: messageId as string, kind: kind as TellsOf['kind'], sku: sku as string | null, at: time },
    ...{ buyer: buyer as string, quantity: quantity as number, amountCents: amount as number },
    currency: currency as string,
  }
}

const isWhole = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least
