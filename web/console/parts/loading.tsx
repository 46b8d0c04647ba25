import type { JSX } from 'preact'

/** Bars where the content will stand; nothing jumps when it comes. */
export const Loading = ({ rows = 4, label = 'Loading' }: { rows?: number; label?: string }): JSX.Element => (
  <div class="loading" role="status">
    <span class="unseen">{label}</span>
    {Array.from({ length: rows }, (_, i) => (
      <span key={i} class="loading-bar" aria-hidden="true" />
    ))}
  </div>
)
