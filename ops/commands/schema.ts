import type { AddCommand } from '../command.ts'
import { withMysql } from '../connections.ts'
import { dumpSchema } from '../schema/dump-schema.ts'

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
