import { type AddCommand, alignColumns } from '../command.ts'

export const addStatus: AddCommand = (parent, { print }) => {
  parent
    .command('status')
    .description('addresses and processes of the local stack, with its credentials')
    .action(async () => {
      const { readStatus } = await import('../../stack/status.ts')
      const { processes, doors, ...urls } = await readStatus()
      const rows = processes.map(({ name, role, pid }) => [name, role, String(pid)])
      const further = (doors ?? []).slice(1).map(({ name, flash }) => [name, flash])
      print(
        { ...urls, ...(doors && { doors }), processes },
        `${alignColumns([...Object.entries(urls), ...further])}\n\n${alignColumns([['PROCESS', 'ROLE', 'PID'], ...rows])}`,
      )
    })
}
