import { find } from './paint-desk.ts'

/**
 * A button for what can not be undone, so it is asked twice: `#NAME-ask` opens `#NAME-sure`, where `#NAME-no` goes back
 * and `#NAME-yes` does it. While `act` runs it can not be pressed again.
 */
export function askTwice(name: string, act: () => Promise<void>): void {
  const ask = find<HTMLButtonElement>(`#${name}-ask`)
  const sure = find(`#${name}-sure`)
  const yes = find<HTMLButtonElement>(`#${name}-yes`)
  const no = find<HTMLButtonElement>(`#${name}-no`)

  function asking(now: boolean): void {
    sure.hidden = !now
    ask.hidden = now
  }

  ask.addEventListener('click', () => {
    asking(true)
    no.focus()
  })
  no.addEventListener('click', () => {
    asking(false)
    ask.focus()
  })
  yes.addEventListener('click', async () => {
    if (yes.disabled) return
    yes.disabled = true
    await act()
    yes.disabled = false
    asking(false)
  })
}
