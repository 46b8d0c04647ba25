/** `npm run bench [-- NAME …] [-- --runs N --quick --save]`: runs scenarios and writes their report. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../platform/root.ts'
import { readMachine } from './measure/machine.ts'
import { readOptions } from './options.ts'
import { openProgress } from './progress.ts'
import { toHtml } from './report/html.ts'
import { toReadmeSvg } from './report/readme-svg.ts'
import { saveReport } from './report/save-report.ts'
import { toText } from './report/text.ts'
import type { Bench, Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { stackLender } from './stacks.ts'
import { type BenchReport, type Summary, summarise } from './summary.ts'

async function measure(scenario: Scenario, bench: Bench, runs: number): Promise<Summary> {
  bench.say(`${scenario.name}: ${scenario.about}`)
  const session = await scenario.open(bench)
  const results = []
  try {
    const most = Math.min(runs, scenario.runsMost ?? runs)
    for (let nth = 1; nth <= most; nth++) {
      bench.say(`${scenario.name}: run ${nth} of ${most}`)
      results.push(await session.run(nth))
    }
  } finally {
    await session.close()
  }
  return summarise(scenario, results)
}

function write(dir: string, report: BenchReport): void {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'report.json'), `${JSON.stringify(report, null, 1)}\n`)
  writeFileSync(join(dir, 'report.html'), toHtml(report))
  writeFileSync(join(dir, 'readme.svg'), toReadmeSvg(report))
}

async function main(): Promise<number> {
  const known = SCENARIOS.map(({ name }) => name)
  const options = readOptions(process.argv.slice(2), known)
  const now = new Date()
  const dir = options.out ?? join(ROOT, '.run', 'bench', now.toISOString().slice(0, 19).replaceAll(':', ''))
  const show = openProgress()
  const stacks = stackLender(dir, options.quick, show.say)
  const bench: Bench = { quick: options.quick, lendStack: stacks.lend, ...show }
  const report: BenchReport = {
    at: now.toISOString(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    quick: options.quick,
    machine: readMachine(),
    scenarios: [],
  }
  try {
    for (const scenario of SCENARIOS.filter(({ name }) => options.names.includes(name))) {
      report.scenarios.push(await measure(scenario, bench, options.runs))
      // Also after each: what has been measured stays when a later one fails.
      write(dir, report)
    }
  } finally {
    await stacks.end()
  }
  if (options.save) saveReport(report, known)
  process.stdout.write(`${toText(report)}\nreport: ${relative(process.cwd(), join(dir, 'report.html'))}\n`)
  return report.scenarios.some(({ wrong }) => wrong.length > 0) ? 1 : 0
}

// Stacks end with this process, by their own exit listeners.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`\nbench: ${(error as Error).stack}\n`)
  process.exit(1)
}
