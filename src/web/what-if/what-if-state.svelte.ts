import type { WhatIfAnswer, WhatIfEvents, WhatIfRequestWire, WhatIfSweep } from '../../contract/what-if.ts'
import { ApiError, sendJson } from '../api/api.ts'
import { type AskedSettings, type AskedSpan, changesOf, inForceOf, isUnchanged, requestOf } from './asked-settings.ts'
import { NewestOnly } from './newest-only.ts'

/** The curve and the events wait until the hand rests. */
const REST_MILLIS = 350

/** What is asked and what has come back. */
export class WhatIfState {
  span = $state.raw<AskedSpan | undefined>()
  /** Whose settings; undefined: everybody's. */
  scope = $state<string | undefined>()
  /** Of the sliders; undefined until it is known what is in force. */
  asked = $state.raw<AskedSettings | undefined>()
  answer = $state.raw<WhatIfAnswer | undefined>()
  events = $state.raw<WhatIfEvents | undefined>()
  sweep = $state.raw<WhatIfSweep | undefined>()
  failure = $state.raw<{ readonly code: string; readonly message: string } | undefined>()
  /** Shown numbers are of settings of a moment ago. */
  isEventsBusy = $state(false)
  isSweepBusy = $state(false)
  isBusy = $state(false)

  readonly #answers = this.#newestOnly<WhatIfAnswer>('what-if', (answer, isNewest) => {
    this.answer = answer
    this.asked ??= inForceOf(answer)
    this.isBusy = !isNewest
  })
  readonly #events = this.#newestOnly<WhatIfEvents>('what-if/events', (events, isNewest) => {
    this.events = events
    this.isEventsBusy = !isNewest
  })
  readonly #sweeps = this.#newestOnly<WhatIfSweep>('what-if/sweep', (sweep, isNewest) => {
    this.sweep = sweep
    this.isSweepBusy = !isNewest
  })
  #isSweepDue = false
  #rest: ReturnType<typeof setTimeout> | undefined

  readonly inForce = $derived(this.answer && inForceOf(this.answer))
  readonly isUnchanged = $derived(!this.asked || !this.inForce || isUnchanged(this.asked, this.inForce))

  /** Another span or scope: everything anew, with the settings in force. */
  look(span: AskedSpan, scope: string | undefined): void {
    this.span = span
    this.scope = scope
    this.asked = undefined
    this.answer = undefined
    this.events = undefined
    this.sweep = undefined
    this.#ask(true)
  }

  change(asked: AskedSettings): void {
    const isSweepTouched = this.asked === undefined || JSON.stringify(sweepPart(this.asked)) !== JSON.stringify(sweepPart(asked))
    this.asked = asked
    this.#ask(isSweepTouched)
  }

  reset(): void {
    if (this.inForce) this.change(this.inForce)
  }

  /** With what the sliders say now. */
  get request(): WhatIfRequestWire | undefined {
    if (!this.span) return undefined
    const changes = this.asked && this.inForce ? changesOf(this.asked, this.inForce) : { trigger: {}, coincidence: {} }
    return requestOf(this.span, this.scope, changes)
  }

  #ask(withSweep: boolean): void {
    const { request } = this
    if (!request) return
    this.failure = undefined
    this.isBusy = true
    this.isEventsBusy = true
    this.isSweepBusy ||= withSweep
    this.#isSweepDue ||= withSweep
    void this.#answers.put(request)
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => {
      void this.#events.put(request)
      if (this.#isSweepDue) void this.#sweeps.put(request)
      this.#isSweepDue = false
    }, REST_MILLIS)
  }

  #newestOnly<Answer>(
    path: string,
    onAnswer: (answer: Answer, isNewest: boolean) => void,
  ): NewestOnly<WhatIfRequestWire, Answer> {
    return new NewestOnly(
      (request) => sendJson<Answer>('POST', path, request),
      (answer, request, isNewest) => {
        // Of a span or scope that nobody looks at any more.
        if (request.from === this.span?.from && request.to === this.span.to && request.scope === this.scope)
          onAnswer(answer, isNewest)
      },
      (error) => {
        this.failure = error instanceof ApiError ? error : { code: 'DEFECT', message: String(error) }
        this.isBusy = false
        this.isEventsBusy = false
        this.isSweepBusy = false
      },
    )
  }
}

/** All but the threshold that a sweep goes through. */
function sweepPart({ trigger: { on: _on, ...rest } }: AskedSettings) {
  return rest
}
