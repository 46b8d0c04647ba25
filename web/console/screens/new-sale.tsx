import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { CreatedSale } from '../../../contract/console/sale.ts'
import type { Article } from '../../../contract/inventory/article.ts'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Notice } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Buying } from '../register/buying.tsx'
import { bodyOf, type Draft, faultsOf, newDraft } from '../register/draft.ts'
import { Item } from '../register/item.tsx'
import { Opening } from '../register/opening.tsx'
import { Pace } from '../register/pace.tsx'
import { Summary } from '../register/summary.tsx'
import { go } from '../route.ts'
import { useMayChange } from '../session.ts'
import { useAction } from '../use-action.ts'
import { useLoad } from '../use-load.ts'

/** A new sale, as a draft: nobody sees it before it is published. */
export function NewSale(): JSX.Element {
  const mayChange = useMayChange()
  const [draft, setDraft] = useState<Draft>(() => newDraft(Date.now()))
  const [shown, setShown] = useState(false)
  const articles = useLoad<Article[]>('/api/inventory')
  const register = useAction(() => call<CreatedSale>('POST', '/api/sales', bodyOf(draft)))
  const faults = faultsOf(draft)
  const set = (changes: Partial<Draft>) => {
    register.clear()
    setDraft((last) => ({ ...last, ...changes }))
  }
  const wrong = (field: string) => (shown ? faults[field] : undefined) ?? register.refused?.field(field)
  const some = Object.keys(faults).length
  const group = { draft, set, wrong }
  if (!mayChange)
    return (
      <Empty title="Only an operator registers a sale.">
        <a href="#/sales">See all sales</a>
      </Empty>
    )
  return (
    <>
      <h1>New sale</h1>
      <form
        class="register"
        noValidate
        onSubmit={async (event) => {
          event.preventDefault()
          setShown(true)
          if (some > 0) return
          const sale = await register.run()
          if (sale) go(`sales/${sale.id}`)
        }}
      >
        <div class="register-fields">
          <Panel title="What is sold">
            <Item {...group} articles={articles.data ?? []} />
          </Panel>
          <Panel title="When">
            <Opening {...group} />
          </Panel>
          <Panel title="How fast the line moves">
            <Pace {...group} />
          </Panel>
          <Panel title="Buying and paying">
            <Buying {...group} />
          </Panel>
        </div>
        <aside class="panel register-summary" aria-label="What this means">
          <h2>What this means</h2>
          <Summary draft={draft} article={articles.data?.find(({ sku }) => sku === draft.sku)} />
          {shown && some > 0 && (
            <Notice tone="warn">
              {some === 1 ? 'One field needs' : `${some} fields need`} another look.
            </Notice>
          )}
          {register.error !== undefined && (
            <Notice tone="bad" title="Not registered.">
              {register.error}
            </Notice>
          )}
          <Button type="submit" kind="primary" busy={register.busy}>
            Register as a draft
          </Button>
          <p class="hint">Nobody sees a draft. You publish it in the next step.</p>
        </aside>
      </form>
    </>
  )
}
