/** One row of the record of what people did. Times are ISO 8601; what was not said is left out. */
export interface RecordedAction {
  id: number
  at: string
  who: string
  role?: string
  action: string
  sale?: number
  target?: string
  before?: unknown
  after?: unknown
  reason?: string
  requestId?: string
  address?: string
}

/** The newest first; `next` is the `before` of the next page, where there is one. */
export interface ActionPage {
  actions: RecordedAction[]
  next?: number
}
