import type { Draft } from './draft.ts'

/** What every panel of the form gets. */
export interface Group {
  draft: Draft
  set: (changes: Partial<Draft>) => void
  /** What is wrong with a field of the API. */
  wrong: (field: string) => string | undefined
}
