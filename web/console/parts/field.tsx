import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  /** Read out, not shown: what stands around the field says it already. */
  labelHidden?: boolean
  value: string
  onInput: (value: string) => void
  /** What is wrong with it, from the API or the form. */
  error?: string | undefined
  /** Part of what is wrong; the words stand elsewhere. */
  wrong?: boolean
  hint?: ComponentChildren
  type?: 'text' | 'password' | 'number' | 'datetime-local' | 'search'
  /** A choice instead of a free value: [value, label]. */
  options?: readonly (readonly [value: string, label: string])[]
  lines?: number
  /** Its unit, or a choice of units. */
  suffix?: ComponentChildren
  required?: boolean
  disabled?: boolean
  autoComplete?: string
  name?: string
  placeholder?: string
  min?: string
  max?: string
}

/** A labelled field with its hint and its error, tied together for screen readers. */
export function Field(props: FieldProps): JSX.Element {
  const id = useId()
  const { label, labelHidden, error, hint, suffix, wrong = error !== undefined } = props
  return (
    <div class={`field${wrong ? ' wrong' : ''}`}>
      <label for={id} class={labelHidden ? 'unseen' : undefined}>
        {label}
      </label>
      <div class="control">
        <Control {...props} id={id} />
        {suffix !== undefined && <span class="suffix">{suffix}</span>}
      </div>
      {error !== undefined && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

function Control({
  id,
  error,
  wrong,
  hint,
  onInput,
  options,
  lines,
  value,
  ...rest
}: FieldProps & { id: string }) {
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined
  const shared = {
    id,
    name: rest.name,
    required: rest.required,
    disabled: rest.disabled,
    'aria-invalid': wrong ?? error !== undefined,
    'aria-describedby': described,
  }
  if (options)
    return (
      <select {...shared} value={value} onChange={(event) => onInput(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    )
  if (lines !== undefined)
    return (
      <textarea
        {...shared}
        rows={lines}
        value={value}
        placeholder={rest.placeholder}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    )
  return (
    <input
      {...shared}
      // Every kind of input has a type of its own here; what they share is all that is used.
      type={(rest.type === 'number' ? 'text' : (rest.type ?? 'text')) as 'text'}
      inputMode={rest.type === 'number' ? 'decimal' : undefined}
      value={value}
      placeholder={rest.placeholder}
      min={rest.min}
      max={rest.max}
      autoComplete={rest.autoComplete ?? 'off'}
      spellcheck={false}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  )
}
