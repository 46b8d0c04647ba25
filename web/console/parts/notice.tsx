import type { ComponentChildren, JSX } from 'preact'

interface NoticeProps {
  tone?: 'plain' | 'good' | 'warn' | 'bad'
  title?: string
  children?: ComponentChildren
  /** Offers another try. */
  onRetry?: (() => void) | undefined
}

/** A sentence that matters now. Bad ones are read out at once, the others when there is a pause. */
export function Notice({ tone = 'plain', title, children, onRetry }: NoticeProps): JSX.Element {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {onRetry && (
        <button type="button" class="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
