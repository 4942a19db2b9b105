/**
 * Asks one question at a time, and of those that come meanwhile only the newest: a slider that is dragged gives dozens a second.
 */
export class NewestOnly<Question, Answer> {
  readonly #ask: (question: Question) => Promise<Answer>
  readonly #onAnswer: (answer: Answer, question: Question, isNewest: boolean) => void
  readonly #onFailure: (error: unknown) => void
  #waiting: { readonly question: Question } | undefined
  #isAsking = false

  constructor(
    ask: (question: Question) => Promise<Answer>,
    onAnswer: (answer: Answer, question: Question, isNewest: boolean) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#ask = ask
    this.#onAnswer = onAnswer
    this.#onFailure = onFailure
  }

  async put(question: Question): Promise<void> {
    this.#waiting = { question }
    if (this.#isAsking) return
    this.#isAsking = true
    for (let next = this.#take(); next; next = this.#take()) await this.#answer(next.question)
    this.#isAsking = false
  }

  async #answer(question: Question): Promise<void> {
    try {
      const answer = await this.#ask(question)
      this.#onAnswer(answer, question, this.#waiting === undefined)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  #take(): { readonly question: Question } | undefined {
    const next = this.#waiting
    this.#waiting = undefined
    return next
  }
}
