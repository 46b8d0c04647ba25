import type { Part } from './duration.ts'
import type { View } from './view.ts'

/** Finds an element that the page's own HTML promises; a missing one is a mistake in the template. */
export function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const element = document.querySelector<T>(selector)
  if (!element) throw new Error(`page: no ${selector}`)
  return element
}

/** Sets text only where it changes, so that nothing flickers and screen readers stay calm. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Returns a function that puts a view on the page. Every text is set as text, never as markup. */
export function deskPainter(): (view: View) => void {
  const desk = find('#desk')
  const eyebrow = find('#eyebrow')
  const headline = find('#headline')
  const detail = find('#detail')
  const figure = find('#figure')
  const figureLabel = find('#figure-label')
  const parts = find('#parts')
  const progress = find<HTMLProgressElement>('#progress')
  const facts = find('#facts')
  const challenge = find('#challenge')
  const quantity = find('#quantity')
  const buy = find<HTMLButtonElement>('#buy')
  const pay = find('#pay')
  const payButton = find('#pay-button')
  const payNote = find('#pay-note')
  const cancel = find('#cancel')
  const leave = find('#leave')
  const others = find('#others')

  return (view) => {
    desk.dataset.tone = view.tone
    say(eyebrow, view.eyebrow)
    say(headline, view.headline)
    say(detail, view.detail)
    figure.hidden = !view.figure
    if (view.figure) {
      say(figureLabel, view.figure.label)
      paintParts(parts, view.figure.parts)
    }
    progress.hidden = !view.progress
    if (view.progress) {
      progress.max = view.progress.of
      progress.value = view.progress.done
    }
    paintFacts(facts, view.facts ?? [])
    challenge.hidden = !view.challenge
    quantity.hidden = !(view.quantity && quantity.dataset.offered === 'true')
    buy.hidden = !view.buy
    if (view.buy) {
      say(buy, view.buy.label)
      // Not `disabled`: a keyboard user may wait on the button, and must not lose the focus when it opens.
      buy.setAttribute('aria-disabled', String(!view.buy.enabled))
    }
    pay.hidden = !view.pay
    if (view.pay) {
      say(payButton, view.pay.label)
      payButton.setAttribute('aria-disabled', String(!view.pay.enabled))
      say(payNote, view.pay.note ?? '')
      payNote.hidden = !view.pay.note
    }
    cancel.hidden = !view.canCancel
    leave.hidden = !view.canLeave
    others.hidden = !view.others
  }
}

function paintParts(list: HTMLElement, parts: Part[]): void {
  while (list.children.length > parts.length) list.lastElementChild?.remove()
  while (list.children.length < parts.length) {
    const part = document.createElement('span')
    part.className = 'part'
    part.append(document.createElement('b'), document.createElement('small'))
    list.append(part)
  }
  parts.forEach(({ value, unit }, i) => {
    const [figure, caption] = [...(list.children[i] as HTMLElement).children] as HTMLElement[]
    if (figure) say(figure, value)
    if (caption) say(caption, unit)
  })
}

function paintFacts(list: HTMLElement, facts: [string, string][]): void {
  list.hidden = facts.length === 0
  while (list.children.length > facts.length) list.lastElementChild?.remove()
  while (list.children.length < facts.length) {
    const row = document.createElement('div')
    row.append(document.createElement('dt'), document.createElement('dd'))
    list.append(row)
  }
  facts.forEach(([label, value], i) => {
    const [dt, dd] = [...(list.children[i] as HTMLElement).children] as HTMLElement[]
    if (dt) say(dt, label)
    if (dd) say(dd, value)
  })
}
