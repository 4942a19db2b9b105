export { type Archive, type ArchiveOptions, type ArchiveProgress, type ArchiveRecord, openArchive } from './open-archive.ts'
export type { ArchiveStream } from './stream-table.ts'
