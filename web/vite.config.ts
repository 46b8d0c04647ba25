import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const here = import.meta.dirname

/** Writes `FILE.gz` beside every built file, so that nginx (gzip_static) never compresses while it serves. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    closeBundle() {
      const dist = resolve(here, 'dist')
      for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(html|css|js|svg)$/.test(name)) continue
        const file = join(dist, name)
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  root: here,
  plugins: [precompress()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The pages are served with `default-src 'self'`: no inline script, no inline style, no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'sale.html', '404.html', 'console.html'].map((page) => resolve(here, page)),
      // The console's files lie apart from the buyers' assets, which go to the flash domain.
      output: {
        entryFileNames: ({ name }) => `${name === 'console' ? 'console' : 'assets'}/[name]-[hash].js`,
        assetFileNames: ({ names }) =>
          `${names.some((name) => name.startsWith('console')) ? 'console' : 'assets'}/[name]-[hash][extname]`,
      },
    },
  },
})
