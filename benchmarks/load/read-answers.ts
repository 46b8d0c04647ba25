import type { Tally } from './tally.ts'

const HEAD_END = '\r\n\r\n'
/** Of Content-Length, in whichever case the server writes it. */
const LENGTH = 'ength: '
const CODE = '"code":"'
const NUMBER = '"number":'

/**
 * Reads the answers of one connection, of which several may come in one piece, and one in several pieces: counts
 * them by status and code. Text is latin1, so that a character is a byte.
 * @returns takes the next piece; gives how many answers ended in it. Throws where an answer has no Content-Length.
 */
export function readAnswers({ report }: Tally, keepAccepted: boolean): (piece: string) => number {
  let rest = ''
  return (piece) => {
    const text = rest === '' ? piece : rest + piece
    let at = 0
    let count = 0
    for (;;) {
      const headEnd = text.indexOf(HEAD_END, at)
      if (headEnd < 0) break
      const lengthAt = text.indexOf(LENGTH, at)
      if (lengthAt < 0 || lengthAt > headEnd)
        throw new Error(`an answer without Content-Length: ${text.slice(at, headEnd)}`)
      const bodyAt = headEnd + HEAD_END.length
      const end = bodyAt + Number.parseInt(text.slice(lengthAt + LENGTH.length, lengthAt + 30), 10)
      if (end > text.length) break
      const status = text.slice(at + 9, at + 12)
      report.statuses[status] = (report.statuses[status] ?? 0) + 1
      if (status >= '400') {
        const code = codeIn(text, bodyAt, end) ?? status
        report.reasons[code] = (report.reasons[code] ?? 0) + 1
      } else if (keepAccepted && status === '202') {
        const numberAt = text.indexOf(NUMBER, bodyAt) + NUMBER.length
        report.accepted.push(Number.parseInt(text.slice(numberAt, numberAt + 16), 10), Date.now())
      }
      at = end
      count++
    }
    rest = at < text.length ? text.slice(at) : ''
    return count
  }
}

function codeIn(text: string, bodyAt: number, end: number): string | undefined {
  const at = text.indexOf(CODE, bodyAt)
  if (at < 0 || at > end) return undefined
  return text.slice(at + CODE.length, text.indexOf('"', at + CODE.length))
}
