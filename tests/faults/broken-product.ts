import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../platform/root.ts'

/** One place of the built product, and what stands there instead. */
export interface Damage {
  /** From the root: `dist/workers/consume.js`, `lua/redis/reserve.lua`. */
  file: string
  /** Must stand in the file exactly once: a control that no longer breaks what it names is worth nothing. */
  find: string
  replace: string
}

/** A copy of the product in a temporary folder, to be broken in it: nothing in the product itself can be switched off. */
export interface BrokenProduct {
  root: string
  /** Puts everything back, then does this damage. Processes that run have to be started again. */
  damage(...damages: Damage[]): void
  remove(): void
}

const COPIED = ['package.json', 'dist', 'lua', 'nginx', 'sql', 'sandbox', join('web', 'dist')]

export async function copyProduct(): Promise<BrokenProduct> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-broken-'))
  for (const path of COPIED) {
    if (!existsSync(join(ROOT, path))) throw new Error(`${path} is missing: build first (npm run build)`)
    mkdirSync(join(root, path, '..'), { recursive: true })
    cpSync(join(ROOT, path), join(root, path), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const broken = new Set<string>()

  return {
    root,
    damage(...damages) {
      for (const file of broken) cpSync(join(ROOT, file), join(root, file))
      broken.clear()
      for (const { file, find, replace } of damages) {
        const text = readFileSync(join(root, file), 'utf8')
        const times = text.split(find).length - 1
        if (times !== 1) throw new Error(`${file} has ${JSON.stringify(find)} ${times} times, not once`)
        writeFileSync(
          join(root, file),
          text.replace(find, () => replace),
        )
        broken.add(file)
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
