import type { Screen } from './screen.ts'
import { Actions } from './screens/actions.tsx'
import { Audit } from './screens/audit.tsx'
import { Blocks } from './screens/blocks.tsx'
import { LivePage } from './screens/live.tsx'
import { NewSale } from './screens/new-sale.tsx'
import { Path } from './screens/path.tsx'
import { Sales } from './screens/sales.tsx'
import { Settings } from './screens/settings.tsx'
import { Settlement } from './screens/settlement.tsx'
import { Switches } from './screens/switches.tsx'

/** One line a screen, in the order of the navigation and of the tabs. */
export const SCREENS: readonly Screen[] = [
  { path: 'sales', title: 'Sales', component: Sales, nav: 'Sales' },
  { path: 'sales/new', title: 'New sale', component: NewSale },
  { path: 'sales/:id', title: 'Path', component: Path, tab: 'Path' },
  { path: 'sales/:id/live', title: 'Live', component: LivePage, tab: 'Live' },
  { path: 'sales/:id/switches', title: 'Switches', component: Switches, tab: 'Switches' },
  { path: 'sales/:id/actions', title: 'Actions', component: Actions, tab: 'Actions' },
  { path: 'sales/:id/audit', title: 'Audit', component: Audit, tab: 'Audit' },
  { path: 'sales/:id/settlement', title: 'Settlement', component: Settlement, tab: 'Settlement' },
  { path: 'switches', title: 'Switches', component: Switches, nav: 'Switches' },
  { path: 'settings', title: 'Settings', component: Settings, nav: 'Settings' },
  { path: 'blocks', title: 'Blocks', component: Blocks, nav: 'Blocks' },
  { path: 'actions', title: 'Actions', component: Actions, nav: 'Actions' },
]
