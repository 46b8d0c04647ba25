import { parseArgs } from 'node:util'
import { auditUntilGood } from './at-rest.ts'
import { startFaultStack } from './fault-stack.ts'
import { describePlan, makePlan } from './plan.ts'
import { neverHit, table } from './report.ts'
import { openProbe, runSeed, type SeedResult } from './run-seed.ts'

// npm run faults -- [--seed N] [--seeds K] [--minutes M]: K seeds from N on, or as many as fit into M minutes.
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    seeds: { type: 'string' },
    minutes: { type: 'string' },
  },
})
const whole = (name: 'seed' | 'seeds' | 'minutes', text: string): number => {
  if (!/^\d{1,9}$/.test(text)) {
    process.stderr.write(`faults: --${name} must be a whole number\n`)
    process.exit(2)
  }
  return Number(text)
}
const first = whole('seed', values.seed)
const minutes = values.minutes === undefined ? undefined : whole('minutes', values.minutes)
const seeds =
  values.seeds === undefined
    ? minutes === undefined
      ? 1
      : Number.POSITIVE_INFINITY
    : whole('seeds', values.seeds)
const until = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000

const at = await startFaultStack({ onProgress: (line) => say(`  ${line}`) })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const results: SeedResult[] = []
const brokenOff: number[] = []
let probed: string[] = []
try {
  const probe = await openProbe(at)
  for (let seed = first; seed < first + seeds && Date.now() < until; seed++) {
    const plan = makePlan(seed)
    say(describePlan(plan))
    const result = await runSeed(at, plan, probe).catch((error: Error) => error)
    if (result instanceof Error) {
      // What our own steps could not do in ten seconds is the shop's failure too.
      say(`  broke off: ${result.stack}\n  again: npm run faults -- --seed ${seed}`)
      brokenOff.push(seed)
      break
    }
    results.push(result)
    const { strikes, problems, tookMs, evidence } = result
    const told = strikes.map(
      ({ fault, hit, recoveryMs }) => `${fault} ${hit ? 'hit' : 'missed'}, back in ${recoveryMs ?? '-'} ms`,
    )
    say(`  ${told.join('; ')}`)
    const { paid, stock } = evidence.audit ?? { paid: 0, stock: 0 }
    say(
      `  ${paid} of ${stock} paid, ${evidence.receipts.length} answers, ${(tookMs / 1_000).toFixed(1)} s: ${problems.length === 0 ? 'good' : 'RED'}`,
    )
    for (const { kind, text } of problems.slice(0, 20)) say(`    ${kind}: ${text}`)
    if (problems.length > 20) say(`    and ${problems.length - 20} more`)
    if (problems.length > 0) say(`  again: npm run faults -- --seed ${seed}`)
  }
  // It lived through everything: no fault of a whole run may have left a trace in its books.
  probed = (await auditUntilGood(at, probe.sale, 20_000))?.problems ?? ['no audit']
} finally {
  await at.stop()
}

say(`\n${table(results)}\n`)
const bad = [
  ...brokenOff,
  ...results.filter(({ problems }) => problems.length > 0).map(({ plan }) => plan.seed),
]
const missed = neverHit(results)
if (bad.length > 0) say(`failed seeds: ${bad.join(', ')}`)
if (missed.length > 0) say(`never hit while there was work: ${missed.join(', ')}`)
for (const text of probed.slice(0, 20)) say(`books of the sale that was bought from all along: ${text}`)
say(`${results.length + brokenOff.length - bad.length} of ${results.length + brokenOff.length} seeds good`)
process.exit(bad.length + missed.length + probed.length > 0 ? 1 : 0)
