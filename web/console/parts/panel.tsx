import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

interface PanelProps {
  title: string
  /** Beside the title, to the right. */
  aside?: ComponentChildren
  children: ComponentChildren
}

/** A titled box: the one way in which a screen is divided. */
export function Panel({ title, aside, children }: PanelProps): JSX.Element {
  const id = useId()
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}
