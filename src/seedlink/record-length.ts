/**
 * Length in bytes of the miniSEED record at the start of `bytes`, of which `available` have arrived.
 * v3 packets carry no length, so the record has to tell.
 */
export type RecordLength = (bytes: Uint8Array, available: number) => number | 'needs-more' | 'not-a-record'
