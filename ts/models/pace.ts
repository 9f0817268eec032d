// How many steps go into one call of the workers: so many that the call takes about 50 ms, by the
// time that earlier ones took. It measures nothing itself.

/** Progress is shown and hooks are called about this often. */
const AIM_MS = 50
/** First steps are slow: code is still being compiled. */
const MOST_GROWTH = 8

export class Pace {
  #steps = 0
  #msPerStep = 0

  /** Steps of the next call, at most `left`. The first call is one step. */
  next(left: number): number {
    if (this.#steps === 0) return Math.min(1, left)
    const wanted = Math.floor(AIM_MS / Math.max(this.#msPerStep, 1e-4))
    const most = Math.max(1, Math.min(wanted, this.#steps * MOST_GROWTH))
    // Calls of about one length, so that no short one is left for the end.
    return Math.ceil(left / Math.max(1, Math.round(left / most)))
  }

  took(steps: number, ms: number): void {
    if (steps === 0) return
    // A short last call says little about how long calls may be.
    this.#steps = Math.max(steps, Math.floor(this.#steps / 2))
    this.#msPerStep = ms / steps
  }
}
