import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface DialogProps {
  class: string
  /** The id of its title. */
  titleId: string
  onLeave: () => void
  children: ComponentChildren
}

/** The browser's own modal dialog: it keeps the focus, Escape leaves it, and then the focus is where it was before. */
export function Dialog({ class: name, titleId, onLeave, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // The browser itself gives the focus back where a dialog is closed; one that is removed from the page drops it.
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-labelledby={titleId}
      // Escape closes it; asking to be left (`cancel`) is something that a browser may skip.
      onClose={onLeave}
    >
      {children}
    </dialog>
  )
}
