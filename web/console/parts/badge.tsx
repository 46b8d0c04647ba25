import type { ComponentChildren, JSX } from 'preact'

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent'

/** A word of state. The word says it; the colour only repeats it. */
export const Badge = ({
  tone = 'plain',
  children,
}: {
  tone?: Tone
  children: ComponentChildren
}): JSX.Element => <span class={`badge ${tone}`}>{children}</span>
