import { type AddCommand, alignColumns } from '../command.ts'

export const addStatus: AddCommand = (parent, { print }) => {
  parent
    .command('status')
    .description('addresses and processes of the local stack, with its credentials')
    .action(async () => {
      const { readStatus } = await import('../../stack/status.ts')
      const { processes, ...urls } = await readStatus()
      const rows = processes.map(({ name, role, pid }) => [name, role, String(pid)])
      print(
        { ...urls, processes },
        `${alignColumns(Object.entries(urls).map(([name, url]) => [name, url]))}\n\n${alignColumns([['PROCESS', 'ROLE', 'PID'], ...rows])}`,
      )
    })
}
