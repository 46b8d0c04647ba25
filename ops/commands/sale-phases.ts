import { commandLineUser } from '../actions/by.ts'
import { type PhaseStep, stepPhase } from '../sales/change-phase.ts'
import { saleView } from '../sales/sale-view.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

const STEPS: [step: PhaseStep, description: string][] = [
  ['pause', 'stop joining and releasing; the line keeps its places'],
  ['resume', 'go on after a pause'],
  ['close', 'end the sale now; whoever still waits is told so'],
]

export const addSalePhases: AddCommand = (parent, { env, print }) => {
  for (const [step, description] of STEPS) {
    const command = parent.command(step).description(description).argument('<id>', 'the sale', whole(1))
    if (step === 'close') command.option('--unopened', 'also one that has not opened yet: it never will')
    command.action(async (id: number, options: { unopened?: boolean }) => {
      const by = commandLineUser()
      const sale = await withStores(env, (stores) => stepPhase(stores, id, step, by, options))
      const never = Date.now() < sale.opensAt && step === 'close' ? ' before it opened: nobody could buy' : ''
      print(saleView(sale), `sale ${id} is ${sale.phase}${never}`)
    })
  }
}
