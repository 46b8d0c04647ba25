import { chargedCents, type Payment } from './payment.ts'

export type Note = 'card refused'

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!)

/** Whole cents in words, such as "€49.00". */
function moneyText(cents: number, currency: string): string {
  const money = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = money.resolvedOptions().maximumFractionDigits ?? 2
  return money.format(cents / 10 ** digits)
}

const WORDS: Record<Payment['state'], { title: string; detail: string }> = {
  open: { title: 'Pay', detail: '' },
  succeeded: { title: 'Paid', detail: 'Thank you. This payment is complete, and the shop is being told.' },
  refunded: { title: 'Paid back', detail: 'The whole amount went back to your card.' },
  void: {
    title: 'This can not be paid any more',
    detail:
      'The shop has withdrawn this payment, because its time ran out or it was cancelled. Nothing was charged.',
  },
}

/** The page of one payment; `back` leads to the shop. */
export function payPage(payment: Payment, note: Note | undefined, back: string): string {
  const { id, state, amount, currency, description } = payment
  const { title, detail } = WORDS[state]
  const money = moneyText(amount, currency)
  const path = `/pay/${encodeURIComponent(id)}`
  const refused =
    state === 'open' && note === 'card refused'
      ? '<p class="note" role="alert">The card was refused. Nothing was charged; you can try again.</p>'
      : ''
  const forms =
    state === 'open'
      ? `${refused}
        <form method="post" action="${path}/accept"><button class="pay">Pay now</button></form>
        <form method="post" action="${path}/refuse"><button>Pay with a card that is refused</button></form>
        <p class="back"><a href="${escapeHtml(back)}">Go back</a></p>`
      : `<h2>${title}</h2><p>${detail}</p><p class="back"><a class="button" href="${escapeHtml(back)}">Back to the shop</a></p>`
  return layout(
    `${title} ${money}`,
    `<p class="what">${escapeHtml(description)}</p>
      <p class="amount${chargedCents(payment) === 0 && state !== 'open' ? ' gone' : ''}">${escapeHtml(money)}</p>
      <div class="tear">${forms}</div>
      <p class="id">Payment ${escapeHtml(id)}</p>`,
  )
}

export const missingPage = (): string =>
  layout(
    'No such payment',
    '<h2>There is no such payment</h2><p>The address may be incomplete. Go back to the shop and try again.</p>',
  )

const layout = (title: string, main: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${escapeHtml(title)} · Sandbox payments</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/pay.css">
  </head>
  <body>
    <header><p>Sandbox payments</p><p class="play">Play money only</p></header>
    <main>
      ${main}
    </main>
  </body>
</html>
`
