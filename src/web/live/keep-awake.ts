/** Keeps the screen on where the browser can; it lets go when the page is hidden, so it is asked again. @returns ends it */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined
  let isOver = false
  const ask = async () => {
    if (document.hidden || !('wakeLock' in navigator)) return
    try {
      const granted = await navigator.wakeLock.request('screen')
      if (isOver) void granted.release()
      else lock = granted
    } catch {
      // Without a battery to spare, or over plain HTTP: the machine's own settings have to do.
    }
  }
  void ask()
  document.addEventListener('visibilitychange', ask)
  return () => {
    isOver = true
    document.removeEventListener('visibilitychange', ask)
    void lock?.release()
  }
}
