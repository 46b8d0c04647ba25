import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ActionList } from '../actions/action-list.tsx'
import { Field } from '../parts/field.tsx'

const WAIT_MS = 300

/** Everything that people did here or on the command line, and what was refused; nobody can change or remove it. */
export function Actions({ params }: { params: { id?: string } }): JSX.Element {
  const [sale, setSale] = useState('')
  const [who, setWho] = useState('')
  const asked = useSettled(params.id ?? sale)
  const person = useSettled(who)
  const query = new URLSearchParams({
    ...(asked.trim() && { sale: asked.trim() }),
    ...(person.trim() && { who: person.trim() }),
  }).toString()
  return (
    <>
      {params.id === undefined && (
        <div class="title-row">
          <h1>Actions</h1>
        </div>
      )}
      <div class="filters">
        {params.id === undefined && (
          <Field label="Sale" type="number" value={sale} onInput={setSale} placeholder="all" />
        )}
        <Field label="Who" value={who} onInput={setWho} placeholder="everybody" />
        <p class="hint">
          Every change by the console and by the command line (<code>cli:</code>), and what was refused. Rows
          are only ever added: the database itself refuses to change or remove one.
        </p>
      </div>
      <ActionList key={query} query={query} />
    </>
  )
}

/** The value, once nobody has changed it for a moment: a letter is no question. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), WAIT_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
