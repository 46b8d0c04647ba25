import type { ComponentChildren, JSX } from 'preact'
import { Badge } from '../parts/badge.tsx'
import type { StepState } from './steps.ts'

const STATES = {
  done: { word: 'done', tone: 'good' },
  now: { word: 'next', tone: 'accent' },
  later: { word: 'later', tone: 'plain' },
  skipped: { word: 'skipped', tone: 'warn' },
} as const satisfies Record<StepState, unknown>

interface StepProps {
  title: string
  state: StepState
  /** What it is, and the button for it. */
  children: ComponentChildren
  /** What came of it: beside it on a wide screen. */
  report?: ComponentChildren
}

/** One step of a sale's path. */
export function Step({ title, state, children, report }: StepProps): JSX.Element {
  const { word, tone } = STATES[state]
  return (
    <li class={`step is-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <div class="step-text">
        <div class="step-head">
          <h2>{title}</h2>
          <Badge tone={tone}>{word}</Badge>
        </div>
        {children}
      </div>
      {report && <div class="step-report">{report}</div>}
    </li>
  )
}
