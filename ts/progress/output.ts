// Where progress is shown: a terminal (one line, redrawn), a pipe or a file (whole lines), or a
// browser's console (whole lines).

/** Something that takes text. */
export interface Output {
  /** Whether a line can be drawn over. */
  readonly live: boolean
  readonly colour: boolean
  /** Width of the terminal. */
  columns(): number
  /** Draws over the line that was drawn last; only where `live`. */
  redraw(line: string): void
  /** A line that stays. */
  print(line: string): void
}

/** The part of Node's `process.stdout` that is used. */
export interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const CLEAR = '\r\u001b[K'

/** Environment variables: `NO_COLOR` and `TERM=dumb` are respected. */
export const streamOutput = (
  stream: Stream,
  env: Readonly<Record<string, string | undefined>> = {},
): Output => {
  const live = stream.isTTY === true && env.TERM !== 'dumb'
  return {
    live,
    colour: live && !env.NO_COLOR,
    columns: () => stream.columns || 80,
    redraw: (line) => {
      if (live) stream.write(CLEAR + line)
    },
    print: (line) => {
      stream.write(`${live ? CLEAR : ''}${line}\n`)
    },
  }
}

export const consoleOutput = (): Output => ({
  live: false,
  colour: false,
  columns: () => 80,
  redraw: () => {},
  print: (line) => console.log(line),
})

/** Standard output where there is one, else the console. */
export const defaultOutput = (): Output => {
  const { process } = globalThis
  const isStream = typeof process?.stdout?.write === 'function'
  return isStream ? streamOutput(process.stdout, process.env) : consoleOutput()
}
