/** What can be wrong with a run; each has its column or its line in the report. */
export type Wrong =
  | 'oversold'
  | 'unsold'
  | 'lost'
  | 'duplicate'
  | 'backwards'
  | 'untrue'
  | 'money'
  | 'recovery'
  | 'audit'
  | 'unsettled'

export interface Problem {
  kind: Wrong
  text: string
}
