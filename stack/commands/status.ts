import { alignColumns } from '../../ops/terminal/align-columns.ts'
import type { AddCommand } from '../../ops/terminal/terminal.ts'
import { readStatus } from '../../platform/local-stack/status.ts'

export const addStatus: AddCommand = (parent, { print }) => {
  parent
    .command('status')
    .description('addresses and processes of the local stack, with its credentials')
    .action(async () => {
      const { processes, doors, console, ...urls } = await readStatus()
      const rows = processes.map(({ name, role, pid }) => [name, role, String(pid)])
      const signIn = console ? [['console', `${console.url}/ (${console.name}, ${console.password})`]] : []
      const further = (doors ?? []).slice(1).map(({ name, flash }) => [name, flash])
      print(
        { ...urls, ...(doors && { doors }), ...(console && { console }), processes },
        `${alignColumns([...Object.entries(urls), ...further, ...signIn])}\n\n${alignColumns([['PROCESS', 'ROLE', 'PID'], ...rows])}`,
      )
    })
}
