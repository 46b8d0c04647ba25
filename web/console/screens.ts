import type { Screen } from './screen.ts'
import { LivePage } from './screens/live.tsx'
import { NewSale } from './screens/new-sale.tsx'
import { Sales } from './screens/sales.tsx'

/** One line a screen, in the order of the navigation and of the tabs. */
export const SCREENS: readonly Screen[] = [
  { path: 'sales', title: 'Sales', component: Sales, nav: 'Sales' },
  { path: 'sales/new', title: 'New sale', component: NewSale },
  { path: 'sales/:id/live', title: 'Live', component: LivePage, tab: 'Live' },
]
