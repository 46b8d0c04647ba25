import type { PublishReport } from '../../contract/console/published.ts'
import { commandLineUser } from '../actions/by.ts'
import { publishAndReport } from '../sales/publish-and-report.ts'
import { NO_PAGE } from '../sales/sale-stores.ts'
import { saleView } from '../sales/sale-view.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSalePublish: AddCommand = (parent, { env, json, err, print, fail }) => {
  parent
    .command('publish')
    .description(
      'publish a draft: its page, the CDN, its card in Redis, every door asked; again, to repair them',
    )
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const { sale, report } = await withStores(env, (stores) => {
        if (stores.www === undefined && !json) err(NO_PAGE)
        return publishAndReport(stores, id, commandLineUser())
      })
      print({ ...saleView(sale), report }, [`sale ${id} is ${sale.phase}`, ...tell(report)].join('\n'))
      if (!report.ok) fail()
    })
}

function tell({ cdn, doors, preload, problems }: PublishReport): string[] {
  const rows = doors.flatMap(({ door, files }) =>
    files.map(({ url, status, encoding, bytes, ms, problem }) => [
      ...[door, url, String(status), encoding, `${bytes} bytes`, `${ms} ms`, problem ?? 'ok'],
    ]),
  )
  return [
    ...(preload ? [`Redis: ${preload.left} of ${preload.stock} units to sell, epoch ${preload.epoch}`] : []),
    ...(cdn ? [`CDN: ${cdn.files} files in ${cdn.dir}`] : []),
    ...(rows.length > 0 ? [alignColumns(rows)] : []),
    ...problems.map((problem) => `- ${problem}`),
  ]
}
