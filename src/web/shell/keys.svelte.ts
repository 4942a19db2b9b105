import { untrack } from 'svelte'

/** A key and what it does, as the help lists it. */
export interface KeyBinding {
  /** As in KeyboardEvent.key: `j`, `1`, `?`, `Escape`. */
  readonly key: string
  readonly what: string
  readonly run: () => void
}

/** Keyboard of the page: screens bind keys while they are shown. */
class Keys {
  #groups = $state.raw<readonly { title: string; bindings: readonly KeyBinding[] }[]>([])

  constructor() {
    addEventListener('keydown', (event) => this.#press(event))
  }

  get groups() {
    return this.#groups
  }

  /**
   * Call it in an `$effect`: the keys work as long as the component is there.
   *
   * @returns takes them back
   */
  bind(title: string, bindings: readonly KeyBinding[]): () => void {
    const group = { title, bindings }
    // Untracked: the effect that binds must not run again because of its own binding.
    this.#groups = [...untrack(() => this.#groups), group]
    return () => {
      this.#groups = this.#groups.filter((each) => each !== group)
    }
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
    // The screen shown last wins over the shell.
    for (const { bindings } of [...this.#groups].reverse()) {
      const binding = bindings.find(({ key }) => key === event.key)
      if (!binding) continue
      event.preventDefault()
      binding.run()
      return
    }
  }
}

/** The element with the focus needs the key itself: letters to type, space and Enter to press; a dialog is about something else. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('dialog')) return key !== '?'
  if (key === ' ' || key === 'Enter') return ['BUTTON', 'A', 'SUMMARY', 'INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
  const isSwitch = target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type)
  return target.isContentEditable || (!isSwitch && ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}

export const keys = new Keys()
