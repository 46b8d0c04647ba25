import type { Screen } from './screen.ts'
import { Sales } from './screens/sales.tsx'

/** One line a screen, in the order of the navigation and of the tabs. */
export const SCREENS: readonly Screen[] = [{ path: 'sales', title: 'Sales', component: Sales, nav: 'Sales' }]
