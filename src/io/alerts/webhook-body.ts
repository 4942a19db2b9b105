import type { HookMessage } from '../../contract/alert.ts'
import type { WebhookConfig } from '../../contract/alert-config.ts'
import { alertText } from './alert-text.ts'

/** Discord refuses longer ones. */
const MOST_DISCORD = 2000
/** Pushover and ntfy cut or refuse longer ones. */
const MOST_PUSH = 1000

export interface WebhookSettings extends Pick<WebhookConfig, 'template' | 'text' | 'token' | 'user'> {
  readonly url: string
}

/** What a service wants to be posted for a message, as JSON. */
export function webhookBody(message: HookMessage, { template, text: wanted, token, user, url }: WebhookSettings): unknown {
  const { title, text } = alertText(message, wanted)
  switch (template) {
    case 'json':
      return wanted === undefined ? message : { ...message, text }
    case 'slack':
      return { text: text.replace(/[&<>]/g, (sign) => SLACK_SIGNS[sign] as string) }
    case 'teams':
      return teamsCard(title, text)
    case 'discord':
      return { content: cut(text, MOST_DISCORD), allowed_mentions: { parse: [] } }
    case 'ntfy':
      return { topic: ntfyTopic(url), title, message: cut(text, MOST_PUSH), priority: priorityOf(message) + 3 }
    case 'pushover':
      return { token, user, title: cut(title, 250), message: cut(text, MOST_PUSH), priority: Math.min(1, priorityOf(message)) }
  }
}

/** ntfy takes JSON at its root only, with the topic inside. */
export function webhookTarget(template: WebhookConfig['template'], url: URL): URL {
  return template === 'ntfy' ? new URL('/', url) : url
}

const SLACK_SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function teamsCard(title: string, text: string): unknown {
  const block = (content: string, more: object) => ({ type: 'TextBlock', text: content, wrap: true, ...more })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [block(title, { weight: 'Bolder' }), ...(text === title ? [] : [block(text, {})])],
        },
      },
    ],
  }
}

function ntfyTopic(url: string): string {
  return new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? ''
}

/** −1 quiet, 0 normal, 1 high, 2 at once. */
function priorityOf(message: HookMessage): number {
  if (message.type === 'heartbeat') return -1
  return { info: -1, warning: 0, critical: 2 }[message.severity]
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
