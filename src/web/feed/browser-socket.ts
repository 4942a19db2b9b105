import type { OpenSocket } from './feed-client.ts'

/** The feed of the monitor that served this page. */
export const openBrowserSocket: OpenSocket = (query, { onMessage, onClose }) => {
  const url = new URL('feed', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.search = query
  url.hash = ''
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }) => onMessage(data)
  socket.onclose = ({ code }) => onClose(code)
  return socket
}
