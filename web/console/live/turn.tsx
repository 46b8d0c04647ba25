import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { call } from '../call.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { useAction } from '../use-action.ts'
import { Control } from './control.tsx'

interface TurnProps {
  /** Whether it can be turned at all. */
  fixed?: boolean
  /** Absent: for all sales. */
  sale?: number
  name: string
  version: number
  onDone: () => void
  title: string
  present: JSX.Element | string
  now?: string | undefined
  options: readonly (readonly [value: string, label: string])[]
  value: string
}

/** Turns one switch: what it is, a choice of what it may be, and what became of it. */
export function Turn({
  title,
  present,
  now,
  options,
  value,
  fixed = false,
  sale,
  name,
  version,
  onDone,
}: TurnProps): JSX.Element {
  const [wish, setWish] = useState<string>()
  const turn = useAction(
    (chosen: string) =>
      call('PUT', '/api/switches', { name, value: chosen, version, ...(sale !== undefined && { sale }) }),
    () => 'Turned.',
  )
  const chosen = wish ?? value
  const known = options.some(([one]) => one === value) ? options : [[value, value] as const, ...options]
  return (
    <Control
      title={title}
      present={
        <>
          {present}
          {now !== undefined && <span class="soft"> · {now}</span>}
        </>
      }
      of={turn}
    >
      {!fixed && (
        <form
          class="inline"
          onSubmit={async (event) => {
            event.preventDefault()
            await turn.run(chosen)
            setWish(undefined)
            onDone()
          }}
        >
          <Field
            label={`New ${title.split(',')[0]!.toLowerCase()}`}
            value={chosen}
            labelHidden
            onInput={setWish}
            options={known}
          />
          <Button type="submit" busy={turn.busy} whyNot={wish === undefined ? 'Choose first.' : undefined}>
            Set
          </Button>
        </form>
      )}
    </Control>
  )
}
