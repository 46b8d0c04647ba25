const PLAIN_EVERY_MS = 5_000

/** Progress on stderr: one line that changes on a terminal, a line now and then elsewhere. */
export function openProgress() {
  const began = Date.now()
  const out = process.stderr
  let shownAt = 0
  const at = () => `${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  `
  return {
    say(line: string): void {
      out.write(`${out.isTTY ? '\r\x1b[K' : ''}${at()}${line}\n`)
    },
    progress(text: string): void {
      if (out.isTTY) out.write(`\r\x1b[K${at()}${text}`)
      else if (Date.now() - shownAt > PLAIN_EVERY_MS) {
        shownAt = Date.now()
        out.write(`${at()}${text}\n`)
      }
    },
  }
}
