import type { ComponentChildren, JSX } from 'preact'

/** Where there is nothing yet: what would stand here, and how it comes to be. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children !== undefined && <div>{children}</div>}
  </div>
)
