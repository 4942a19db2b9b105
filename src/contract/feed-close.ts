/** Why the server closed a feed; codes of RFC 6455's private range. */
export const FEED_CLOSE = {
  /** The query or a message was not understood; the reason says what was expected. */
  badRequest: 4400,
  /** The token is missing or wrong. */
  unauthorised: 4401,
  /** The page comes from another origin. */
  foreignOrigin: 4403,
  /** Too slow for detections: nothing is lost, come back with `since`. */
  tooSlow: 4408,
} as const
