/** What the console tells of rehearsals (ops/rehearsal/report.ts). */
export interface RehearsalReport {
  at: string
  tookMs: number
  go: boolean
  checks: { name: string; verdict: 'ok' | 'warn' | 'no'; says: string }[]
  steps: {
    asked: number
    released: number
    tickets: number
    lagP50Ms: number
    lagP99Ms: number
    queue: number
    problem?: string
  }[]
  crowd: { buyers: number; clickP99Ms: number; pollP99Ms: number } | null
  highest: number | null
  advised: number | null
  takesS: { advised: number | null; own: number | null }
}

export interface RehearsalsView {
  job: {
    state: 'running' | 'done' | 'cancelled' | 'failed'
    startedAt: string
    buyers: number
    seconds: number
    progress: string[]
    error?: string
  } | null
  reports: RehearsalReport[]
}
