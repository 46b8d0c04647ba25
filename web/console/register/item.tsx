import type { JSX } from 'preact'
import type { Article } from '../../../contract/inventory/article.ts'
import { number } from '../format.ts'
import { Field } from '../parts/field.tsx'
import type { Group } from './group.ts'

/** What is sold. */
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
