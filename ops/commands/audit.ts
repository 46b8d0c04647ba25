import { auditSale } from '../audit/audit-sale.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addAudit: AddCommand = (parent, { env, json, err, print, fail }) => {
  parent
    .command('audit')
    .description('prove the books of a sale, changing nothing; exits 1 on any unexplained number')
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const result = await withStores(env, (stores) => auditSale(stores, id), {
        redisMayBeDown: true,
        patienceMs: 60_000,
      })
      if (!result) throw unknownSale(id)
      const { audit, unchecked } = result
      const { ok, outcomes, problems, ...numbers } = audit
      const some = Object.entries(outcomes).filter(([, tickets]) => tickets > 0)
      const rows = [...Object.entries(numbers), ...some.map(([state, tickets]) => [`  ${state}`, tickets])]
      print(
        audit,
        [
          alignColumns(rows.map(([name, value]) => [String(name), String(value)])),
          ok ? `the books of sale ${id} are right` : `the books of sale ${id} are wrong:`,
          ...problems.map((problem) => `- ${problem}`),
        ].join('\n'),
      )
      if (unchecked && !json) err(`note: ${unchecked}`)
      if (!ok) fail()
    })
}
