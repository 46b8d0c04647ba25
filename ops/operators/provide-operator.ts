import { connectMysql } from '../../platform/mysql.ts'
import { PROGRAM } from '../actions/by.ts'
import { addOperator, readOperator } from './operators.ts'

/** Makes an operator, unless there is one of this name: then it stays as it is, with the password it has. */
export async function provideOperator(mysqlUrl: string, name: string, password: string): Promise<void> {
  const mysql = connectMysql(mysqlUrl, { connections: 1 })
  try {
    if (await readOperator(mysql, name)) return
    await addOperator(mysql, { name, role: 'operator', password }, PROGRAM)
  } finally {
    await mysql.end()
  }
}
