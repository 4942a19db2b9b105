/** What goes when there is no room: the oldest first. */
export interface Expendable {
  /** For the message: `scores`. */
  readonly what: string
  /** @returns how many rows went */
  deleteOldest(rows: number): number
}
