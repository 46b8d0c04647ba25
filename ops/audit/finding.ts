import { count, intersect, numbersOf, type Ranges } from './number-ranges.ts'

/** Something wrong with the books: about the sale as a whole, or about each of some tickets. */
export type Finding =
  | { kind: string; sentence: string }
  | { kind: string; tickets: Ranges; sentenceFor: (number: number) => string }

/** What both readings found, in the words of the later one: what only one of them saw was a ticket on its way. */
export function whatPersists(before: Finding[], now: Finding[]): Finding[] {
  return now.flatMap((finding): Finding[] => {
    const same = before.find(({ kind }) => kind === finding.kind)
    if (!same) return []
    if (!('tickets' in finding) || !('tickets' in same)) return [finding]
    const tickets = intersect(same.tickets, finding.tickets)
    return tickets.length === 0 ? [] : [{ ...finding, tickets }]
  })
}

/** How many problems are told one by one. */
const MOST = 100

/** A sentence for each problem, those about the whole sale first; after {@link MOST} only how many more there are. */
export function tell(findings: Finding[]): string[] {
  const sentences = findings.flatMap((finding) => ('sentence' in finding ? [finding.sentence] : []))
  let total = sentences.length
  for (const finding of findings) {
    if (!('tickets' in finding)) continue
    total += count(finding.tickets)
    for (const number of numbersOf(finding.tickets)) {
      if (sentences.length >= MOST) break
      sentences.push(finding.sentenceFor(number))
    }
  }
  const told = sentences.slice(0, MOST)
  return total > told.length ? [...told, `and ${total - told.length} more problems`] : told
}
