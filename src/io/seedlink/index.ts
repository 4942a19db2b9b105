/** The public door of `quakewire/seedlink`: SeedLink over TCP, usable without the rest of the monitor. */

export {
  ConfigError,
  MiniseedFormatError,
  MonitorError,
  SeedlinkConnectionError,
  SeedlinkProtocolError,
  StoreError,
} from '../../domain/errors.ts'
export type { Packet } from '../../domain/packet.ts'
export type { Clock } from '../../domain/ports.ts'
export type { OnProblem, Problem } from '../../domain/problem.ts'
export type { InstrumentId, SourceId, StationId } from '../../domain/source-id.ts'
export type { Micros, Nanos } from '../../domain/time.ts'
export type { RecordHeader } from '../../miniseed/record-header.ts'
export { detectRecordLength } from '../../miniseed/record-length.ts'
export {
  ClientSession,
  type SessionFailure,
  type SessionOptions,
  type SessionOutput,
} from '../../seedlink/client-session.ts'
export type { PacketFilter, RequestMode, TimeSpan } from '../../seedlink/commands.ts'
export type { Credentials, HandshakeV3 } from '../../seedlink/handshake.ts'
export { type Greeting, parseGreeting, type ServerKind } from '../../seedlink/hello.ts'
export {
  type ConnectionInfo,
  type InfoLevel,
  parseInfo,
  type ServerInfo,
  type StationInfo,
  type StreamInfo,
} from '../../seedlink/info.ts'
export {
  type InfoPiece,
  type PacketPiece,
  PacketSplitter,
  type Piece,
} from '../../seedlink/packet-splitter.ts'
export type { RecordLength } from '../../seedlink/record-length.ts'
export { type Position, ResumePositions } from '../../seedlink/resume-positions.ts'
export type { SelectedChannel } from '../../seedlink/selected-channels.ts'
export { parseSelections, type StationSelection } from '../../seedlink/selection.ts'
export { formatStateFile, parseStateFile } from '../../seedlink/state-file.ts'
export type { WindowOutcome } from '../../seedlink/window-progress.ts'
export { SeedlinkClient } from './client.ts'
export { parseServerAddress, type ServerAddress } from './client-address.ts'
export { type FetchOptions, type FetchResult, fetchWindow } from './client-fetch.ts'
export { type InfoOptions, type RawInfo, requestInfo, requestRawInfo } from './client-info.ts'
export { type ClientCounts, type SeedlinkClientOptions, STATIONS_PER_CONNECTION } from './client-options.ts'
export type { TlsOptions } from './client-socket.ts'
export type { BacklogSkipped, LinkState, StateChange, StationState } from './client-state.ts'
export { readStateFile, writeStateFile } from './client-state-file.ts'
export { type ClientTimings, DEFAULT_CLIENT_TIMINGS, SYSTEM_TIMERS, type Timers } from './client-timings.ts'
export { recordList } from './record-list.ts'
export { type ListenAddress, SeedlinkServer, type SeedlinkServerOptions } from './server.ts'
export type { AlarmClock } from './server-clock.ts'
export type { Cut, DrilledRecord, Restart } from './server-drill.ts'
export type { DrillLog } from './server-drill-run.ts'
export type { ServerTls } from './server-listener.ts'
export type { PlayedRecord } from './server-played-record.ts'
export type { RecordSource, SourceRecord } from './server-source.ts'
