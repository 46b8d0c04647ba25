import type { ComponentChildren, JSX } from 'preact'

interface ButtonProps {
  children: ComponentChildren
  onClick?: () => void
  kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  type?: 'button' | 'submit'
  /** While its work runs: shut, and said so. */
  busy?: boolean
  /** Why it is shut, shown at the button and read to who can not see; undefined: it is open. */
  whyNot?: string | undefined
  disabled?: boolean
  small?: boolean
  label?: string
}

export function Button({
  children,
  onClick,
  kind = 'plain',
  type = 'button',
  busy = false,
  whyNot,
  disabled = false,
  small = false,
  label,
}: ButtonProps): JSX.Element {
  const shut = busy || disabled || whyNot !== undefined
  return (
    <button
      type={type}
      class={`button ${kind}${small ? ' small' : ''}`}
      // aria-disabled and not disabled: it keeps the focus, and its reason can be read.
      aria-disabled={shut}
      aria-busy={busy}
      aria-label={label}
      title={whyNot}
      onClick={(event) => {
        if (shut) event.preventDefault()
        else onClick?.()
      }}
    >
      {children}
    </button>
  )
}
