import { preferences } from './preferences.svelte.ts'

/** Asks for the operator's name once; labels and acknowledgements carry it. */
class Operator {
  /** Somebody waits for a name. */
  isAsked = $state(false)
  #answer: ((name: string | undefined) => void) | undefined

  /** @returns undefined when the question was not answered */
  async name(): Promise<string | undefined> {
    if (preferences.operator.trim() !== '') return preferences.operator.trim()
    return this.ask()
  }

  /** Also when there is one already, to change it. */
  ask(): Promise<string | undefined> {
    this.#answer?.(undefined)
    this.isAsked = true
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  answer(name: string | undefined): void {
    const given = name?.trim() || undefined
    if (given !== undefined) preferences.operator = given
    this.isAsked = false
    this.#answer?.(given)
    this.#answer = undefined
  }
}

export const operator = new Operator()
