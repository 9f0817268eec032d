// Checks that are rows: each runs one task and prints one line; at the end stands one total. What the tasks
// are, others know.

/** A row that cannot run here, and why. */
export class Skip extends Error {}

const indented = (text) => text.trimEnd().replaceAll('\n', '\n        ')

export class Rows {
  passed = 0
  failed = 0
  skips = []
  #group = ''

  /** Rows that follow belong to this group. */
  begin(group) {
    this.#group = group
  }

  /** A task that fails by throwing; what it resolves to is shown. Resolves to whether it passed. */
  async check(label, task) {
    const name = `${this.#group} ${label}`.trim()
    const started = performance.now()
    try {
      this.#line('ok', name, started, (await task()) ?? '')
      this.passed += 1
      return true
    } catch (error) {
      if (error instanceof Skip) this.#skip(name, started, error.message)
      else this.#fail(name, started, error)
      return false
    }
  }

  #skip(name, started, why) {
    this.skips.push(`${name}: ${why}`)
    this.#line('skipped', name, started, why)
  }

  #fail(name, started, error) {
    this.failed += 1
    this.#line('FAILED', name, started, indented(error?.message || String(error)))
  }

  #line(mark, name, started, text) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${mark.padEnd(7)} ${name.padEnd(48)} ${seconds.padStart(6)} s  ${text}`.trimEnd())
  }

  /** The closing lines; resolves to whether all went well. */
  close(started) {
    const minutes = ((performance.now() - started) / 60_000).toFixed(1)
    console.log(`\n${minutes} minutes`)
    for (const why of this.skips) console.log(`skipped ${why}`)
    const skipped = this.skips.length > 0 ? `, ${this.skips.length} skipped` : ''
    console.log(`\n${this.passed} passed, ${this.failed} failed${skipped}`)
    return this.failed === 0 && this.passed > 0
  }
}
