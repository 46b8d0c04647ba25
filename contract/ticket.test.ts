import { expect, test } from 'vitest'
import { readTicket, signTicket } from './ticket.ts'

const [OLD, NEW] = ['the old secret', 'the new secret']
const ticket = { sale: 1, number: 2, quantity: 3, expiresS: 4e9, buyer: 'anna' }

test('a ticket of the previous key stays good while that key is kept, and not a moment longer', () => {
  const text = signTicket(OLD, ticket)
  expect(readTicket([NEW, OLD], text, Date.now())).toEqual(ticket)
  expect(readTicket([NEW], text, Date.now())).toBeUndefined()
  expect(readTicket([], text, Date.now())).toBeUndefined()
})
