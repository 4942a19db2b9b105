import type { EventWire } from '../../contract/event.ts'
import type { EventsAnswer } from '../../contract/http.ts'
import { getJson } from '../api/api.ts'
import { Pages } from '../api/pages.svelte.ts'
import type { EventQuery } from './event-query.ts'

const PAGE = 100

/** What the list of events has loaded. */
export const eventPages = new Pages<EventWire, EventQuery>({
  load: async (query, cursor, signal) => {
    const answer = await getJson<EventsAnswer>('events', { ...query, limit: PAGE, cursor }, signal)
    return { items: answer.events, cursor: answer.cursor }
  },
  timeOf: ({ time }) => time,
})
