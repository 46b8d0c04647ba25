import type { Screen } from './screen.ts'
import { LivePage } from './screens/live.tsx'
import { Sales } from './screens/sales.tsx'

/** One line a screen, in the order of the navigation and of the tabs. */
export const SCREENS: readonly Screen[] = [
  { path: 'sales', title: 'Sales', component: Sales, nav: 'Sales' },
  { path: 'sales/:id/live', title: 'Live', component: LivePage, tab: 'Live' },
]
