// Something that is there for who wants it.
import type { ComponentChildren, JSX } from 'preact'

/** Closed until it is opened. */
export function Fold ({ title, children }: { readonly title: string, readonly children: ComponentChildren }): JSX.Element {
  return <details class='fold'><summary>{title}</summary><div class='folded'>{children}</div></details>
}
