// Feeds in shared memory: the caller writes them where the run will take them, so that they are
// copied once. Whose turn it is to run is `crew.ts`'s business.

import type { RunRequest, Stage, WorkerApi } from './protocol.ts'
import { putShared } from './records.ts'

/** Where a program's feeds go, as long as they have this form. */
interface Room {
  readonly form: string
  readonly places: readonly number[]
}

export class Rooms {
  /** By session and program. */
  readonly #known = new Map<string, Room>()

  /** To be called when a program is gone; the others are asked for once more. */
  clear(): void {
    this.#known.clear()
  }

  /** The request with its feeds in place. No run may be under way. */
  async placed(
    memory: WebAssembly.Memory,
    worker: WorkerApi,
    session: number,
    request: RunRequest,
  ): Promise<RunRequest> {
    const { steps } = request
    const stages: Stage[] = []
    for (const { program, feeds } of request.stages) {
      const forms = feeds.map((feed) => ({ ...feed, data: { length: feed.data.length } }))
      const form = JSON.stringify([steps, forms])
      const key = `${session} ${program}`
      let room = this.#known.get(key)
      if (room?.form !== form) {
        // Should it fail, some feeds may have moved.
        this.#known.delete(key)
        room = { form, places: await worker.room(session, program, forms, steps) }
        this.#known.set(key, room)
      }
      for (const [i, { data }] of feeds.entries()) putShared(memory, room.places[i] as number, data)
      stages.push({ program, feeds: [] })
    }
    return { ...request, stages, fed: true }
  }
}
