import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'
import type { BenchReport } from '../summary.ts'
import { fillBlocks } from './fill-blocks.ts'
import { toHtml } from './html.ts'
import { readmeBlock, scenarioBlock, stagesBlock, targetsBlock } from './markdown.ts'
import { toReadmeSvg } from './readme-svg.ts'

const RESULTS = join(ROOT, 'benchmarks', 'results')
const DOCUMENTS = ['README.md', join('docs', 'performance.md')]

/**
 * Keeps a report for good: one file a scenario in benchmarks/results/, so that a scenario can be measured again alone,
 * and from all of them the page, the chart and the tables of the documents.
 * @param order the scenarios' names, in the order of the report
 */
export function saveReport(report: BenchReport, order: string[]): void {
  mkdirSync(RESULTS, { recursive: true })
  for (const scenario of report.scenarios) {
    const kept: BenchReport = { ...report, scenarios: [scenario] }
    writeFileSync(join(RESULTS, `${scenario.name}.json`), `${JSON.stringify(kept, null, 1)}\n`)
  }
  const all = readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')) as BenchReport)
    .sort((a, b) => order.indexOf(a.scenarios[0]!.name) - order.indexOf(b.scenarios[0]!.name))
  const joint: BenchReport = { ...report, scenarios: all.flatMap(({ scenarios }) => scenarios) }
  writeFileSync(join(RESULTS, 'report.html'), toHtml(joint))
  writeFileSync(join(RESULTS, 'readme.svg'), toReadmeSvg(joint))

  const blocks: Record<string, string> = {
    readme: readmeBlock(all),
    stages: stagesBlock(all),
    targets: targetsBlock(all),
  }
  for (const one of all) blocks[one.scenarios[0]!.name] = scenarioBlock(one)
  for (const name of DOCUMENTS) {
    const path = join(ROOT, name)
    if (existsSync(path)) writeFileSync(path, fillBlocks(readFileSync(path, 'utf8'), blocks))
  }
}
