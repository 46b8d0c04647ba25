import { dumpSchema } from '../schema/dump-schema.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'

export const addSchema: AddCommand = (parent, { env, print }) => {
  parent
    .command('schema')
    .description("the database's tables")
    .command('dump')
    .description('print them as sql/schema.sql holds them')
    .action(async () => {
      const schema = await withMysql(env, (mysql) => dumpSchema(mysql))
      print({ schema }, schema.trimEnd())
    })
}
