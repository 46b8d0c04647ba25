import type { JSX } from 'preact'
import { number, zone } from '../format.ts'
import { Field } from '../parts/field.tsx'
import { Relative, When } from '../parts/when.tsx'
import type { Article } from '../screens/new-sale.tsx'
import { closesOf, type Draft, opensOf } from './draft.ts'

interface Group {
  draft: Draft
  set: (changes: Partial<Draft>) => void
  /** What is wrong with a field of the API. */
  wrong: (field: string) => string | undefined
}

/** The form's parts, one for each panel. */
export function Item({ draft, set, wrong, articles }: Group & { articles: Article[] }): JSX.Element {
  const article = articles.find(({ sku }) => sku === draft.sku)
  return (
    <div class="fields">
      <div class="wide-field">
        <Field
          label="Title"
          value={draft.title}
          onInput={(title) => set({ title })}
          error={wrong('title')}
          required
        />
      </div>
      <Field
        label="Article"
        value={draft.sku}
        onInput={(sku) =>
          set({
            sku,
            ...(draft.title === '' ? { title: articles.find((one) => one.sku === sku)?.title ?? '' } : {}),
          })
        }
        options={[
          ['', 'None: stock without an inventory'],
          ...articles.map(
            ({ sku, title, onHand }) => [sku, `${sku} · ${title} (${number(onHand)})`] as const,
          ),
        ]}
        error={wrong('sku')}
        hint={
          article === undefined
            ? 'Of an article, the stock is moved out of the shop’s inventory in the same step.'
            : `${number(article.onHand)} units on hand; they leave the inventory when you register.`
        }
      />
      <Field
        label="Stock"
        type="number"
        suffix="units"
        value={draft.stock}
        onInput={(stock) => set({ stock })}
        error={wrong('stock')}
        required
      />
      <Field
        label="Price"
        type="number"
        value={draft.price}
        onInput={(price) => set({ price })}
        error={wrong('priceCents')}
        required
      />
      <Field
        label="Currency"
        value={draft.currency}
        onInput={(currency) => set({ currency: currency.toUpperCase() })}
        error={wrong('currency')}
        hint="ISO 4217, such as EUR"
      />
    </div>
  )
}

const ZONES = [...new Set([zone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])].map(
  (name) => [name, name] as const,
)

export function Opening({ draft, set, wrong }: Group): JSX.Element {
  const [opens, closes] = [opensOf(draft), closesOf(draft)]
  return (
    <div class="fields">
      <div class="wide-field">
        <Field
          label="Time zone of these times"
          value={draft.zone}
          onInput={(name) => set({ zone: name })}
          options={ZONES}
        />
      </div>
      <Field
        label="Opens"
        type="datetime-local"
        value={draft.opens}
        onInput={(text) => set({ opens: text })}
        error={wrong('opensAt')}
        hint={opens !== undefined && <Moment at={opens} />}
        required
      />
      <Field
        label="Closes"
        type="datetime-local"
        value={draft.closes}
        onInput={(text) => set({ closes: text })}
        error={wrong('closesAt')}
        hint={closes !== undefined && <Moment at={closes} />}
        required
      />
    </div>
  )
}

/** The same moment on the operator's own clock, in UTC, and from now. */
const Moment = ({ at }: { at: number }): JSX.Element => (
  <>
    <When at={at} seconds /> · <Relative at={at} />
  </>
)

export function Pace({ draft, set, wrong }: Group): JSX.Element {
  return (
    <div class="fields">
      <fieldset class="choice wide-field">
        <legend class="unseen">Release</legend>
        {(['fixed', 'auto'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="release"
              checked={draft.release === one}
              onChange={() => set({ release: one })}
            />
            <span>{one === 'fixed' ? 'fixed rate' : 'auto: as fast as the backends take it'}</span>
          </label>
        ))}
      </fieldset>
      {draft.release === 'fixed' && (
        <>
          <Field
            label="Tickets in a batch"
            type="number"
            value={draft.batch}
            onInput={(batch) => set({ batch })}
            error={wrong('release')}
          />
          <Field
            label="A batch every"
            type="number"
            suffix="ms"
            value={draft.every}
            onInput={(every) => set({ every })}
          />
        </>
      )}
      <Field
        label="Standby"
        value={draft.standby}
        onInput={(standby) => set({ standby })}
        error={wrong('standby')}
        hint="How many may wait beyond the stock, for units that come back: 20% or 40"
      />
      <Field
        label="Challenge before a click"
        value={draft.challenge}
        onInput={(challenge) => set({ challenge })}
        options={[
          ['none', 'None'],
          ['captcha', 'Captcha: letters from a picture'],
          ['quiz', 'Quiz: a question of yours'],
          ['pow', 'Proof of work: the browser reckons a second'],
        ]}
        error={wrong('challenge')}
        hint="Spreads the first clicks over seconds, and costs robots."
      />
    </div>
  )
}

export function Buying({ draft, set, wrong }: Group): JSX.Element {
  return (
    <div class="fields">
      <Field
        label="Units a buyer"
        type="number"
        value={draft.perUser}
        onInput={(perUser) => set({ perUser })}
        error={wrong('perUser')}
      />
      <Field
        label="Time to pay"
        type="number"
        suffix="min"
        value={draft.payWithinMin}
        onInput={(payWithinMin) => set({ payWithinMin })}
        error={wrong('payWithinS')}
        hint="After it, an unpaid unit goes to the next in line."
      />
      <Field
        label="A unit is taken"
        value={draft.deduct}
        onInput={(deduct) => set({ deduct })}
        options={[
          ['order', 'by the order, and given back if unpaid'],
          ['hold', 'by the order for a short hold, prolonged by paying'],
          ['payment', 'only by the payment'],
        ]}
        error={wrong('deduct')}
      />
      {draft.deduct === 'hold' && (
        <Field
          label="Hold"
          type="number"
          suffix="s"
          value={draft.holdS}
          onInput={(holdS) => set({ holdS })}
          error={wrong('holdS')}
        />
      )}
    </div>
  )
}
