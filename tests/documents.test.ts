import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../platform/root.ts'

// What the documents say of files, held against the files.

/** Nothing that is written by hand. */
const MADE = /^(node_modules|dist|\.git|\.run|\.cache)$/

/** Every file and folder below one, from the root on, such as `lua/edge` and `lua/edge/funnel.lua`. */
const below = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !MADE.test(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? [path, ...below(path)] : [path]
    })

const paths = below('')
const rooms = paths.filter((path) => !path.includes('/'))
const documents = ['README.md', ...paths.filter((path) => /^docs\/[^/]+\.md$/.test(path))]
const read = (document: string) => readFileSync(join(ROOT, document), 'utf8')

/** What stands in backticks and reads like a path of ours: from a room on, or the bare name of a source file. */
function namedIn(document: string): string[] {
  const quoted = [...read(document).matchAll(/`([\w.@-]+(?:\/[\w.@-]*)*)`/g)].map(([, text]) => text!)
  return quoted.filter((text) =>
    text.includes('/')
      ? rooms.includes(text.split('/')[0]!)
      : /\.(ts|tsx|mjs|lua|conf|sql|html|yml)$/.test(text),
  )
}

/** A bare name may stand in any room; of a test the ending may be left out. */
const stands = (name: string) => {
  const path = name.replace(/\/$/, '')
  return path.includes('/')
    ? paths.includes(path) || paths.includes(`${path}.test.ts`)
    : paths.some((known) => known === path || known.endsWith(`/${path}`))
}

test.each(documents)('every file that %s names is there', (document) => {
  expect(namedIn(document).filter((name) => !stands(name))).toEqual([])
})

/** What a heading is called in a link. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')

test.each(documents)('every link of %s leads somewhere', (document) => {
  const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false
    const [path, anchor] = link.split('#') as [string, string?]
    const target = path === '' ? document : posix.join(posix.dirname(document), path)
    if (!paths.includes(target)) return true
    const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
    return anchor !== undefined && !headings.includes(anchor)
  })
  expect(broken).toEqual([])
})

test('the table of rooms in docs/architecture.md has every room', () => {
  const [, table] = /^## Rooms\n([\s\S]*?)\n## /m.exec(read('docs/architecture.md'))!
  const told = table!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1]!.matchAll(/`([\w-]+)\//g)].map(([, room]) => room))
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && rooms.includes(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  expect([...new Set(told)].sort()).toEqual(folders.sort())
})
