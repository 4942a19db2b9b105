/**
 * Every error a user can meet. `code` is stable (callers switch on class or code, never on text), `context` holds safe facts,
 * `cause` the first error. Message form: what failed: expected X, got Y (where); what to do.
 */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

export abstract class MonitorError extends Error {
  abstract readonly code: string
  readonly context: ErrorContext

  constructor(message: string, context: ErrorContext = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.context = context
  }
}

export class ConfigError extends MonitorError {
  readonly code = 'CONFIG'
}
export class UsageError extends MonitorError {
  readonly code = 'USAGE'
}
export class MiniseedFormatError extends MonitorError {
  readonly code = 'MINISEED_FORMAT'
}
export class SteimIntegrityError extends MonitorError {
  readonly code = 'STEIM_INTEGRITY'
}
export class SeedlinkProtocolError extends MonitorError {
  readonly code = 'SEEDLINK_PROTOCOL'
}
export class SeedlinkConnectionError extends MonitorError {
  readonly code = 'SEEDLINK_CONNECTION'
}
export class ModelFormatError extends MonitorError {
  readonly code = 'MODEL_FORMAT'
}
export class EngineError extends MonitorError {
  readonly code = 'ENGINE'
}
export class DatasetError extends MonitorError {
  readonly code = 'DATASET'
}
export class StoreError extends MonitorError {
  readonly code = 'STORE'
}
export class AlertDeliveryError extends MonitorError {
  readonly code = 'ALERT_DELIVERY'
}
