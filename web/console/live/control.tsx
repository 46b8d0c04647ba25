import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'
import { Outcome } from '../parts/outcome.tsx'
import { useMayChange } from '../session.ts'

interface ControlProps {
  title: string
  /** What is in force now. */
  present: ComponentChildren
  /** The way to change it, for those who may. */
  children?: ComponentChildren
  of?: { result: string | undefined; error: string | undefined }
}

/** One thing that can be turned: its name, what it is now, how to turn it, and what became of the last try. */
export function Control({ title, present, children, of }: ControlProps): JSX.Element {
  const id = useId()
  const mayChange = useMayChange()
  return (
    <section class="turn" aria-labelledby={id}>
      <div class="turn-head">
        <h3 id={id}>{title}</h3>
        <p class="present">{present}</p>
      </div>
      {mayChange && children}
      {mayChange && of && <Outcome of={of} />}
    </section>
  )
}
