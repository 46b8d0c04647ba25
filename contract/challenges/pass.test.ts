import { describe, expect, it } from 'vitest'
import { readPass, signPass } from './pass.ts'

const SECRET = 'a secret of the pass tests, 32 or more'
const NOW = 1_800_000_000_000
const EXPIRES_S = NOW / 1000 + 60
const read = (text: string | undefined, sale = 7, buyer = 'anna', now = NOW, secret = SECRET) =>
  readPass([secret, 'an older secret of the pass tests, 32'], sale, buyer, text, now)

describe('a pass', () => {
  const pass = signPass(SECRET, 7, 'anna', EXPIRES_S)

  it('is good for its buyer, its sale and its time', () => {
    expect(read(pass)).toEqual({ expiresS: EXPIRES_S, nonce: pass.split('.')[1] })
    expect(pass.length).toBeLessThanOrEqual(512)
  })

  it('is good under an older key too', () => {
    const old = signPass('an older secret of the pass tests, 32', 7, 'anna', EXPIRES_S)
    expect(read(old)).toMatchObject({ expiresS: EXPIRES_S })
  })

  it('is never the same twice', () => {
    expect(signPass(SECRET, 7, 'anna', EXPIRES_S)).not.toBe(pass)
  })

  it('is bad for another buyer, another sale, under another key and after its time', () => {
    expect(read(pass, 7, 'Anna')).toBe('bad')
    expect(read(pass, 8)).toBe('bad')
    expect(read(pass, 7, 'anna', NOW, `${SECRET}!`)).toBe('bad')
    expect(read(pass, 7, 'anna', EXPIRES_S * 1000)).toBe('bad')
  })

  it('is bad with any of its characters changed', () => {
    for (let i = 0; i < pass.length; i++) {
      const other = pass[i] === 'A' ? 'B' : 'A'
      expect(read(pass.slice(0, i) + other + pass.slice(i + 1)), `at ${i}`).toBe('bad')
    }
  })

  it('can not take a piece of the buyer for a piece of the nonce', () => {
    const [expires, , mac] = pass.split('.')
    expect(read(`${expires}.AAAAAAAAAAAAAAAA.${mac}`, 7, 'anna')).toBe('bad')
  })

  it('may be missing, or not be one at all', () => {
    for (const none of [undefined, '']) expect(read(none)).toBe('missing')
    for (const odd of ['x', '..', `${pass}\n`, ` ${pass}`, '0.a.b', pass.replace('.', '')]) {
      expect(read(odd)).toBe('bad')
    }
  })
})
