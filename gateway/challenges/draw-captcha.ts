import { randomInt } from 'node:crypto'
import { Resvg } from '@resvg/resvg-js'
import svgCaptcha from 'svg-captcha'

export interface Captcha {
  text: string
  /** As a data URL. */
  image: string
}

/** Without what looks like another one on a bad screen: 0 and O, 1 and I, 5 and S, 8 and B, 2 and Z, U and V. */
const SIGNS = 'ACDEFGHJKLMNPQRTVWXY34679'
const LENGTH = 6

/** For eyes: dark signs on light paper, 480 by 168 pixels, shown at half that size. */
const LOOK = { width: 240, height: 84, fontSize: 64, noise: 4 }
const PAPER = '#f7f9f8'
const ZOOM = 2

/** What its types leave out: given a text, it draws that one. Its own texts come from Math.random. */
const drawSvg = svgCaptcha as unknown as (text: string, look: typeof LOOK) => string

/**
 * Draws six random signs as a PNG: about 3 ms of work, so never on the event loop. The SVG it is drawn from stays here: its
 * paths can be read by a program.
 */
export function drawCaptcha(): Captcha {
  const text = Array.from({ length: LENGTH }, () => SIGNS[randomInt(SIGNS.length)]).join('')
  const options = {
    background: PAPER,
    ...({ fitTo: { mode: 'zoom', value: ZOOM }, font: { loadSystemFonts: false } } as const),
  }
  const png = new Resvg(drawSvg(text, LOOK), options).render().asPng()
  return { text, image: `data:image/png;base64,${png.toString('base64')}` }
}
