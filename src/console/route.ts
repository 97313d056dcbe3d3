// Which view is shown: the part of the address behind "#", so that the server need not know of views.
import { useEffect, useState } from 'preact/hooks'

/** A view, and what of it: `#/try/heatMap` is ['try', 'heatMap']. */
export type Route = readonly [view: string, part: string | undefined]

/** The address of a view. */
export function linkTo (view: string, part?: string): string {
  return part === undefined ? `#/${view}` : `#/${view}/${part}`
}

/** The present route; the component is drawn again when it changes. */
export function useRoute (): Route {
  const [route, setRoute] = useState(readRoute)
  useEffect(() => {
    const update = (): void => setRoute(readRoute())
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return route
}

function readRoute (): Route {
  const [view = '', part] = location.hash.replace(/^#\/?/, '').split('/')
  return [view === '' ? 'try' : view, part]
}
