import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'
import { Outcome } from '../parts/outcome.tsx'

interface ControlProps {
  title: string
  /** What is in force now. */
  present: ComponentChildren
  children?: ComponentChildren
  of?: { result: string | undefined; error: string | undefined }
}

/** One thing that can be turned: its name, what it is now, how to turn it, and what became of the last try. */
export function Control({ title, present, children, of }: ControlProps): JSX.Element {
  const id = useId()
  return (
    <section class="turn" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p class="present">{present}</p>
      {children}
      {of && <Outcome of={of} />}
    </section>
  )
}
