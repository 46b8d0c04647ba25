/**
 * Puts generated text between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, wherever a document has these marks.
 * Blocks without new text stay as they are. Throws where a mark is not closed.
 */
export function fillBlocks(document: string, blocks: Record<string, string>): string {
  return document.replace(
    /<!-- bench:([\w-]+) -->\n([\s\S]*?)<!-- \/bench:([\w-]+) -->/g,
    (whole, name: string, _old: string, end: string) => {
      if (name !== end) throw new Error(`bench:${name} is closed by /bench:${end}`)
      const text = blocks[name]
      return text === undefined ? whole : `<!-- bench:${name} -->\n${text.trimEnd()}\n<!-- /bench:${name} -->`
    },
  )
}
