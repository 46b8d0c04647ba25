import { find } from './paint-desk.ts'

/** The choice of how many, from 1 to `most`; offered only where a buyer may have more than one. */
export function quantityChoice(onChange: (quantity: number) => void) {
  const box = find('#quantity')
  const input = find<HTMLInputElement>('#quantity-value')
  let most = 1

  function choose(quantity: number): void {
    const whole = Math.min(most, Math.max(1, Math.trunc(quantity) || 1))
    input.value = String(whole)
    onChange(whole)
  }

  input.addEventListener('change', () => choose(Number(input.value)))
  find('#quantity-less').addEventListener('click', () => choose(Number(input.value) - 1))
  find('#quantity-more').addEventListener('click', () => choose(Number(input.value) + 1))
  return {
    limit(perUser: number) {
      if (perUser === most) return
      most = perUser
      input.max = String(most)
      box.dataset.offered = String(most > 1)
      choose(Number(input.value))
    },
  }
}
