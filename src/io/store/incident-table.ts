import type { Micros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** Outages that last, so that their end is told after a restart, too; and what people have acknowledged. */
export class IncidentTable {
  readonly #open
  readonly #close
  readonly #subject
  readonly #acknowledge

  constructor(database: SqliteDatabase) {
    this.#open = database.prepare<[string, string]>('INSERT OR IGNORE INTO incidents (topic, subject) VALUES (?, ?)')
    this.#close = database.prepare<[string]>('DELETE FROM incidents WHERE topic = ?')
    this.#subject = database.prepare<[string], string>('SELECT subject FROM incidents WHERE topic = ?').pluck()
    this.#acknowledge = database.prepare<[string, string, number]>(
      'INSERT OR IGNORE INTO acknowledgements (subject, by, time) VALUES (?, ?, ?)',
    )
  }

  /** @returns the subject that stands for an outage as long as it lasts, over restarts, too */
  open(topic: string, subject: string): string {
    this.#open.run(topic, subject)
    return this.#subject.get(topic) as string
  }

  /** Of an outage that lasts. */
  subject(topic: string): string | undefined {
    return this.#subject.get(topic)
  }

  close(topic: string): void {
    this.#close.run(topic)
  }

  acknowledge(subject: string, by: string, time: Micros): void {
    this.#acknowledge.run(subject, by, time)
  }
}
