import type { TypedApp } from '../platform/typed-app.ts'
import type { Behaviour, Conduct } from './behaviour.ts'
import type { Books } from './books.ts'

/** Everything the routes work with. */
export interface Sandbox {
  books: Books
  conduct: Conduct
  /** Writes down how it behaves, for its next life. */
  keepBehaviour(behaviour: Behaviour): void
  /** What a shop proves itself with. */
  key: string
  /** Where buyers reach the pay pages. */
  url: string
}

export type App = TypedApp
