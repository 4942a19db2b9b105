import { SvelteSet } from 'svelte/reactivity'

/** Drawn already when it is nearly in view, so that nobody sees an empty row while scrolling. */
const MARGIN = '150px 0px'

/** Which of many elements are in view, or nearly. */
export class InView {
  readonly names = new SvelteSet<string>()
  readonly #byElement = new WeakMap<Element, string>()
  readonly #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: MARGIN })

  /** An attachment for the element that shows `name`. */
  readonly watch = (name: string) => (element: Element) => {
    this.#byElement.set(element, name)
    this.#observer.observe(element)
    return () => {
      this.#observer.unobserve(element)
      this.names.delete(name)
    }
  }

  #see(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const name = this.#byElement.get(target)
      if (name === undefined) continue
      if (isIntersecting) this.names.add(name)
      else this.names.delete(name)
    }
  }
}
