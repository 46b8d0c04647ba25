import type { Challenge, Deduction, ReleaseRate } from '../../contract/words.ts'
import { commandLineUser } from '../actions/by.ts'
import { createSale } from '../sales/create-sale.ts'
import { completeSale } from '../sales/sale-input.ts'
import { challenge, deduct, release, standby, time } from '../sales/sale-options.ts'
import { NO_PAGE } from '../sales/sale-stores.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

interface Options {
  title: string
  stock: number
  price: number
  currency?: string
  opensAt?: number
  closesAt?: number
  release?: ReleaseRate
  perUser?: number
  challenge?: Challenge
  payWithin?: number
  deduct?: Deduction
  hold?: number
  standby?: number | { percent: number }
  sku?: string
  draft?: boolean
}

export const addSaleCreate: AddCommand = (parent, { env, json, err, print }) => {
  parent
    .command('create')
    .description('write a new sale and publish it')
    .requiredOption('--title <text>', 'what is sold, 200 characters or less')
    .requiredOption('--stock <units>', 'units for sale, 1 or more', whole(1))
    .requiredOption('--price <cents>', 'price of a unit in whole cents', whole(1))
    .option('--currency <code>', 'three letters (default EUR)')
    .option('--opens-at <time>', 'ISO 8601 with its zone, or +SECONDS from now (default now)', time)
    .option('--closes-at <time>', 'as opens-at (default a day after the opening)', time)
    .option('--release <rate>', 'BATCH/MS or auto (default 10/100)', release)
    .option('--per-user <units>', 'units in one order at most, 1 to 1000 (default 1)', whole(1, 1000))
    .option('--challenge <kind>', 'none, captcha, quiz or pow (default none)', challenge)
    .option('--pay-within <seconds>', 'time to pay (default 900)', whole(1))
    .option(
      '--deduct <when>',
      'when units are taken: at the order, at the payment, or at the order for a short hold (default order)',
      deduct,
    )
    .option(
      '--hold <seconds>',
      'with --deduct hold: time to open a payment, which then gives --pay-within (default 60)',
      whole(1),
    )
    .option(
      '--standby <units>',
      'how many may wait beyond the units left, N or N% of the stock (default 20%)',
      standby,
    )
    .option('--sku <article>', "take the stock out of the shop's inventory (`inventory list` shows it)")
    .option('--draft', 'write it only; `sale publish` comes later')
    .action(async (options: Options) => {
      const { price: priceCents, payWithin: payWithinS, hold: holdS, draft = false, ...rest } = options
      const input = { ...rest, priceCents, payWithinS, holdS }
      // What is wrong is said before anything is connected.
      completeSale(input, Date.now())
      const created = await withStores(env, (stores) => {
        if (stores.www === undefined && !draft && !json) err(NO_PAGE)
        return createSale(stores, input, { draft, by: commandLineUser() })
      })
      print(created, `sale ${created.id} is ${draft ? 'written as a draft' : 'published'}`)
    })
}
