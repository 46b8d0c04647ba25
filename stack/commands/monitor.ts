import type { AddCommand } from '../../ops/terminal/terminal.ts'
import { whole } from '../../ops/terminal/whole.ts'
import { RUN_FOLDER } from '../../platform/local-stack/record.ts'
import { readStatus } from '../../platform/local-stack/status.ts'
import { ROOT } from '../../platform/root.ts'
import { findProgram } from '../find-program.ts'
import { choosePort } from '../ports.ts'
import { planPrometheus } from '../prometheus.ts'
import { supervise } from '../supervise.ts'

const PREFERRED = 8091

export const addMonitor: AddCommand = (parent, { print, err }) => {
  parent
    .command('monitor')
    .description('run Prometheus beside the local stack, with its alerts, until Ctrl-C')
    .option('--port <port>', 'where it listens, on this machine only', whole(1, 65_535), PREFERRED)
    .action(async ({ port: wished }: { port: number }) => {
      await readStatus()
      if (findProgram('prometheus') === undefined) throw new Error(NOT_INSTALLED)
      const port = await choosePort(wished)
      if (port !== wished) err(`port ${wished} is taken, so Prometheus has another`)
      const server = supervise(RUN_FOLDER, planPrometheus(RUN_FOLDER, { root: ROOT, port }))
      // Whatever ends this process, short of kill -9, ends Prometheus too.
      process.once('exit', server.killNow)
      const told = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
      })
      await server.start()
      const url = `http://127.0.0.1:${port}`
      // Debian's build has the older pages only.
      const classic = (await fetch(`${url}/classic/alerts`)).ok
      const alerts = `${url}${classic ? '/classic' : ''}/alerts`
      print(
        { prometheus: `${url}/`, alerts },
        `Prometheus  ${url}/\nAlerts      ${alerts}\nStop with Ctrl-C.`,
      )
      await told
      await server.stop()
    })
}

const NOT_INSTALLED =
  'Prometheus is not installed: as root, run "sh stack/install-packages.sh prometheus", which does not start its service'
