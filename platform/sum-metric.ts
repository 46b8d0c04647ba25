/**
 * The sum of those series of a metric that have these labels, in Prometheus' text form; NaN where there is none.
 * @example sumMetric(text, 'sluice_door_answers_total', { code: 'passed' })
 */
export function sumMetric(text: string, name: string, labels: Record<string, string | number> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const values = text.split('\n').flatMap((line) => {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) return []
    const end = line.lastIndexOf(' ')
    const own = line.slice(name.length + 1, end - 1).split(',')
    return wanted.every((label) => own.includes(label)) ? [Number(line.slice(end))] : []
  })
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0)
}
