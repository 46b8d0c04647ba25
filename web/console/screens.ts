import type { Screen } from './screen.ts'
import { Audit } from './screens/audit.tsx'
import { LivePage } from './screens/live.tsx'
import { Sales } from './screens/sales.tsx'
import { Settlement } from './screens/settlement.tsx'

/** One line a screen, in the order of the navigation and of the tabs. */
export const SCREENS: readonly Screen[] = [
  { path: 'sales', title: 'Sales', component: Sales, nav: 'Sales' },
  { path: 'sales/:id/live', title: 'Live', component: LivePage, tab: 'Live' },
  { path: 'sales/:id/audit', title: 'Audit', component: Audit, tab: 'Audit' },
  { path: 'sales/:id/settlement', title: 'Settlement', component: Settlement, tab: 'Settlement' },
]
