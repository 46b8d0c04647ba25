import { type ComponentType, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Params } from './route.ts'

export interface Screen {
  /** Behind `#/`; `:id` is a sale, which the frame loads and shows above the screen (see sale-context.ts). */
  path: string
  title: string
  component: ComponentType<{ params: Params }>
  /** Its name in the navigation at the top, where it stands there. */
  nav?: string
  /** Its name among the tabs of a sale, where it is one. */
  tab?: string
}

export const ScreensContext = createContext<readonly Screen[]>([])

/** All screens (screens.ts), for what leads to them: a screen can not import the list that imports it. */
export const useScreens = (): readonly Screen[] => useContext(ScreensContext)
