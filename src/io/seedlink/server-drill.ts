import type { RecordFault } from '../../contract/drill-truth.ts'
import type { CutKind } from '../../contract/faults.ts'
import type { Nanos } from '../../domain/time.ts'

/** What a drill does to a record; a source without drills says nothing of the kind. */
export interface DrilledRecord {
  /** It passes and is not sent. */
  readonly isWithheld: boolean
  /** Added to its time on the way out. */
  readonly clockShift: Nanos
  /** A damaged copy of the record, or of one of the pieces it is repacked into. */
  readonly damage?: ((record: Uint8Array) => Uint8Array) | undefined
  /** What happens to connections that get here, before the record is sent. */
  readonly cut?: Cut | undefined
  /** The same for the truth file. */
  readonly faults: readonly RecordFault[]
}

export type Cut =
  | {
      readonly kind: 'cut'
      readonly how: CutKind
      /** Otherwise only connections that want the record. */
      readonly isForAll: boolean
    }
  | Restart

/** The port is closed, everybody is cut, and it opens again. */
export interface Restart {
  readonly kind: 'restart'
  /** Of wall time. */
  readonly downSeconds: number
  /** What was sent before is gone. */
  readonly isWiped: boolean
  /** The record that comes next gets this number; undefined: numbers stay. */
  readonly firstNumber: number | undefined
}
