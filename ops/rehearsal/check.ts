/** One thing that was looked at before a sale opens. `warn` is told, and does not stop the sale. */
export interface Check {
  name: string
  verdict: 'ok' | 'warn' | 'no'
  says: string
}

export const ok = (name: string, says: string): Check => ({ name, verdict: 'ok', says })
export const no = (name: string, says: string): Check => ({ name, verdict: 'no', says })
export const warn = (name: string, says: string): Check => ({ name, verdict: 'warn', says })
