import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSale } from '../../ops/sales/create-sale.ts'
import { openDocument } from '../line/api-document.ts'
import { type ConsoleAnswer, type LentConsole, lendConsole, type Send } from './lend-console.ts'

/** Every route of docs/openapi-ops.yaml, refused in every way that it says. */

const { operations, checkAnswer } = await openDocument('openapi-ops.yaml')
let lent: LentConsole
let anna: Send
let vera: Send
let sale: number
beforeAll(async () => {
  lent = await lendConsole()
  anna = await lent.signIn('anna')
  vera = await lent.signIn('vera')
  sale = (await createSale(lent, { title: 'a kettle', stock: 10, priceCents: 500 })).id
})
afterAll(() => lent?.stop())

const SETTING = 'worker.flush-ms'

/** A body that is understood, of the calls that need one with something in it. */
const BODIES: Record<string, object> = {
  'POST /api/session': { name: 'anna', password: 'a wrong password' },
  'POST /api/sales': { title: 'a pan', stock: 3, priceCents: 100 },
  'POST /api/sales/{id}/discard': { version: 1 },
  'PUT /api/sales/{id}/release': { release: 'auto', version: 1 },
  'PUT /api/sales/{id}/standby': { standby: '1', version: 1 },
  'POST /api/sales/{id}/stock': { stock: 12, version: 1 },
  'POST /api/sales/{id}/stock/confirm': { change: 'none' },
  'POST /api/inventory': { sku: 'KETTLE-1', title: 'a kettle', units: 5 },
  'PUT /api/switches': { name: 'closed', value: 'on', version: 7, sale: 999_999 },
  'POST /api/blocks': { buyer: 'eve', score: 50, reason: 'many accounts' },
  'DELETE /api/blocks': { buyer: 'eve' },
  'PUT /api/settings/{name}': { value: '200', version: 7 },
  'POST /api/settings/{name}/rollback': { version: 0 },
}
/** What is wrong with the address of a call without a body. */
const WRONG_ADDRESS: Record<string, string> = {
  'GET /api/sales/{id}/samples': '?from=1&to=1',
  'GET /api/switches': '?sale=x',
  'GET /api/blocks': `?search=${'x'.repeat(129)}`,
  'GET /api/actions': '?sale=x',
}

describe.each(operations)('$name', (operation) => {
  const { name, responses } = operation
  const [method, path] = name.split(' ') as [string, string]
  const open = name === 'POST /api/session'
  const csv = operation.requestBody?.content['text/csv'] !== undefined
  const at = (id: number | string) => path.replace('{id}', String(id)).replace('{name}', SETTING)
  const body = operation.requestBody && !csv ? (BODIES[name] ?? {}) : undefined
  const raw = (type: string, text: string) => anna(method, at(sale), undefined, { raw: { type, text } })

  /** For each status, the calls that must be refused with it. */
  const refused: Record<string, () => Promise<ConsoleAnswer>[]> = {
    400: () => {
      if (csv) return [raw('text/csv', 'buyer\ntwo words\n')]
      if (body) return [anna(method, at(sale), { ...body, undocumented: 1 }), raw('application/json', '{')]
      return [anna(method, `${at(sale)}${WRONG_ADDRESS[name]}`)]
    },
    401: () => [lent.nobody(method, at(sale), body)],
    403: () => {
      const foreign = anna(method, at(sale), body, { headers: { origin: 'http://evil.test' } })
      if (open) return [foreign]
      const forged = anna(method, at(sale), body, { headers: { 'x-csrf-token': 'x' } })
      return [foreign, forged, ...(operation['x-role'] === 'any' ? [] : [vera(method, at(sale), body)])]
    },
    404: () => {
      const query = name === 'GET /api/sales/{id}/samples' ? '?from=1&to=2' : ''
      if (path.includes('{name}')) return [anna(method, path.replace('{name}', 'no.such'), body)]
      if (!path.includes('{id}')) return [anna(method, path, body)]
      return ['999999', 'x', '0', '7%2f..'].map((id) => anna(method, at(id) + query, body))
    },
    413: () => [
      csv ? raw('text/csv', 'x'.repeat(2 ** 21)) : raw('application/json', `"${'x'.repeat(70_000)}"`),
    ],
    415: () => [raw('text/plain', 'hello')],
  }

  test.each(Object.keys(responses).filter((status) => status in refused))(
    'is refused with %s',
    async (status) => {
      for (const answer of await Promise.all(refused[status]!())) {
        expect(answer.status, `${name}: ${answer.text}`).toBe(Number(status))
        checkAnswer(name, answer as never)
      }
    },
  )
})
