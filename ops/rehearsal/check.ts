import type { Check } from '../../contract/console/rehearsal.ts'

export const ok = (name: string, says: string): Check => ({ name, verdict: 'ok', says })
export const no = (name: string, says: string): Check => ({ name, verdict: 'no', says })
export const warn = (name: string, says: string): Check => ({ name, verdict: 'warn', says })
