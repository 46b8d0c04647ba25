import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const NAME = 'sluice-tests-'

/**
 * Gives a test run a temporary folder of its own, by which everything that it starts or writes is known, and a guard that
 * clears all of it away when this process ends: also after Ctrl-C or kill -9, when no test can end its servers itself.
 * Called by each project of vitest; the first one does it for all.
 */
export default function guardRun(): void {
  if (basename(tmpdir()).startsWith(NAME)) return
  const folder = mkdtempSync(join(realpathSync(tmpdir()), NAME))
  process.env.TMPDIR = folder
  // In a session of its own: Ctrl-C is not for it. The system closes its input when this process is gone.
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'end-run.mjs'), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  guard.unref()
}
