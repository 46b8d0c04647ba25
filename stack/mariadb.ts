import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './find-program.ts'
import { answers } from './probe.ts'
import type { Secrets } from './secrets.ts'
import type { ServerPlan } from './server-plan.ts'

const run = promisify(execFile)

/** sockaddr_un holds 108 bytes with the final zero. */
const SOCKET_PATH_LIMIT = 107

/** MariaDB, or MySQL 8 where that is what is installed, with every commit on the disk before it is said. */
export function planMysql(dir: string, port: number, secrets: Secrets): ServerPlan {
  const home = join(dir, 'mysql')
  const data = join(home, 'data')
  const users = join(home, 'users.sql')
  const socket = socketPath(home)
  const server = findProgram('mariadbd') ?? findProgram('mysqld') ?? 'mariadbd'
  const user = userInfo().username
  return {
    name: 'mysql',
    role: 'mysql',
    command: server,
    args: [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(home, 'mysql.pid')}`,
      // Its own: a server that starts removes the temporary tables of every other one in the same folder.
      `--tmpdir=${home}`,
      `--init-file=${users}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--skip-name-resolve',
      '--max-connections=400',
      // A readiness probe hangs up after the greeting, which counts as an error of its host.
      '--max-connect-errors=1000000000',
      '--innodb-flush-log-at-trx-commit=1',
      '--sync-binlog=1',
      '--log-bin=binlog',
      '--binlog-format=ROW',
      // Else only an administrator may make triggers (sql/006).
      '--log-bin-trust-function-creators=1',
      '--server-id=1',
      '--expire-logs-days=2',
      '--innodb-buffer-pool-size=256M',
      '--character-set-server=utf8mb4',
      '--default-time-zone=+00:00',
      '--sql-mode=STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    ].map((option) =>
      // MySQL 8.4 knows the newer name only.
      option === '--expire-logs-days=2' && !server.endsWith('mariadbd')
        ? '--binlog-expire-logs-seconds=172800'
        : option,
    ),
    async prepare() {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      mkdirSync(join(socket, '..'), { recursive: true, mode: 0o700 })
      writeFileSync(users, usersSql(secrets, server.endsWith('mariadbd')), { mode: 0o600 })
      if (!existsSync(data)) await install(server, data, user)
    },
    isReady: () => answers(port, '\x0a'),
    // Whatever it says, "too many connections" too.
    isAlive: () => answers(port, ''),
    readyWithinMs: 60_000,
    stopWithinMs: 20_000,
  }
}

/** Makes the data folder under another name first: a start that was killed in between leaves no half one. */
async function install(server: string, data: string, user: string): Promise<void> {
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  // As for the server itself: two that install side by side would remove each other's temporary tables.
  const env = { ...process.env, TMPDIR: dirname(data) }
  if (server.endsWith('mariadbd')) {
    const installer = findProgram('mariadb-install-db') ?? 'mariadb-install-db'
    await run(installer, ['--no-defaults', `--user=${user}`, `--datadir=${draft}`, '--skip-test-db'], { env })
  } else {
    await run(server, ['--no-defaults', '--initialize-insecure', `--user=${user}`, `--datadir=${draft}`], {
      env,
    })
  }
  renameSync(draft, data)
}

/** Runs at every start, so that the users always have the passwords of this run folder. One statement a line. */
function usersSql(secrets: Secrets, mariadb: boolean): string {
  const statements = [
    // MySQL makes root without a password; MariaDB lets only the system's own user in, by the socket.
    ...(mariadb ? [] : [`ALTER USER 'root'@'localhost' IDENTIFIED BY '${secrets.mysqlAdmin}'`]),
    "DROP USER IF EXISTS ''@'localhost'",
    'CREATE DATABASE IF NOT EXISTS sluice CHARACTER SET utf8mb4',
    `CREATE USER IF NOT EXISTS 'sluice'@'%' IDENTIFIED BY '${secrets.mysql}'`,
    `ALTER USER 'sluice'@'%' IDENTIFIED BY '${secrets.mysql}'`,
    "GRANT ALL ON sluice.* TO 'sluice'@'%'",
    `CREATE USER IF NOT EXISTS 'admin'@'%' IDENTIFIED BY '${secrets.mysqlAdmin}'`,
    `ALTER USER 'admin'@'%' IDENTIFIED BY '${secrets.mysqlAdmin}'`,
    "GRANT ALL ON *.* TO 'admin'@'%'",
  ]
  return `${statements.join(';\n')};\n`
}

/** In the run folder, or under the system's temporary folder where that path would be too long for a socket. */
export function socketPath(home: string): string {
  const path = join(home, 'mysql.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_LIMIT) return path
  const short = createHash('sha256').update(home).digest('hex').slice(0, 16)
  return join(tmpdir(), `sluice-${short}`, 'mysql.sock')
}
