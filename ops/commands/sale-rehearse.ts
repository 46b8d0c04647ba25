import type { RehearsalReport } from '../../contract/console/rehearsal.ts'
import { commandLineUser } from '../actions/by.ts'
import { BUYERS, rehearse, SECONDS } from '../rehearsal/rehearse.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { readPaymentUrl, readTokenKey, withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleRehearse: AddCommand = (parent, { env, json, err, print, fail }) => {
  parent
    .command('rehearse')
    .description('sell a shadow stock to simulated buyers and say go or no-go; exits 1 on no-go')
    .argument('<id>', 'the sale', whole(1))
    .option('--buyers <n>', `simulated buyers (default ${BUYERS.normal})`, whole(10, BUYERS.most))
    .option('--seconds <s>', `how long they may take (default ${SECONDS.normal})`, whole(10, SECONDS.most))
    .action(async (id: number, own: { buyers?: number; seconds?: number }) => {
      const { buyers = BUYERS.normal, seconds = SECONDS.normal } = own
      const [token, payments] = [await readTokenKey(env), await readPaymentUrl(env)]
      const cancel = new AbortController()
      const stop = () => cancel.abort()
      process.once('SIGINT', stop)
      const onProgress = (says: string) => void (json || err(says))
      try {
        const options = { buyers, seconds, token, signal: cancel.signal, onProgress }
        const report = await withStores(env, (stores) =>
          rehearse({ ...stores, payments }, id, options, commandLineUser()),
        )
        print(report, tell(report))
        if (!report.go) fail()
      } finally {
        process.off('SIGINT', stop)
      }
    })
}

function tell({ go, checks, steps, advised, takesS }: RehearsalReport): string {
  const marks = { ok: 'ok', warn: 'look', no: 'NO' }
  const rows = steps.map((s) => [
    ...[`${s.asked}/s`, `${s.released}/s`, `${s.lagP50Ms} ms`, `${s.lagP99Ms} ms`, String(s.queue)],
    s.problem ?? 'ok',
  ])
  return [
    alignColumns(checks.map(({ name, verdict, says }) => [marks[verdict], name, says])),
    ...(rows.length > 0 ? [alignColumns([['RATE', 'CAME', 'P50', 'P99', 'QUEUE', ''], ...rows])] : []),
    ...(advised === null
      ? []
      : [
          `highest safe release rate: ${advised} tickets a second; the stock takes ${takesS.advised} s at it`,
        ]),
    go ? 'GO' : 'NO-GO',
  ].join('\n')
}
