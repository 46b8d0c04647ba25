import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { argv } from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

// node tests/end-run.mjs FOLDER: waits until its standard input ends, as it does when whoever started this is gone,
// however that went. Then it kills what is left of that test run, and removes the folder.

const PATIENCE_MS = 10_000
const folder = argv[2]

await text(process.stdin)
// Whoever was just starting another process has started it by the next look.
for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(20)) {
  const ours = findOurs()
  if (ours.length === 0) break
  for (const pid of ours) kill(pid)
}
rmSync(folder, { recursive: true, force: true })

/** Whatever has the folder as its temporary one, or works inside it, as servers do; and all that descends from these. */
function findOurs() {
  const all = readdirSync('/proc').flatMap((entry) => readProcess(Number(entry)) ?? [])
  const ours = new Set()
  // A child may have the lower pid: until nobody is added.
  for (let before = -1; before < ours.size; ) {
    before = ours.size
    for (const { pid, parent } of all) if (ours.has(parent) || belongs(pid)) ours.add(pid)
  }
  return [...ours]
}

/** Undefined for ourselves, for what is no process, and for one that has ended and waits to be noticed. */
function readProcess(pid) {
  if (pid === process.pid) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : { pid, parent: Number(parent) }
  } catch {
    return undefined
  }
}

function belongs(pid) {
  try {
    return (
      `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`) ||
      readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TMPDIR=${folder}`)
    )
  } catch {
    // another user's, or it has ended meanwhile
    return false
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has just ended by itself
  }
}
