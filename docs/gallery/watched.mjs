// Stands for `gradloom` in the gallery: the same, but every `fit` reports its loss to the page, and
// what is printed goes there too. It runs in a worker; stopping is the end of that worker.

import * as gradloom from '../gradloom/index.js'

export * from '../gradloom/index.js'

const tell = (kind, value) => globalThis.postMessage({ kind, ...value })

const watching = () => {
  let at = 0
  return {
    onEpochBegin: (epoch) => {
      at = epoch
    },
    onProgress: (batch, logs, { stepsPerEpoch }) => {
      tell('point', { x: at + batch / (stepsPerEpoch ?? batch), y: logs.loss })
    },
  }
}

/** `fit` of this model reports. */
const watched = (model) => {
  const fit = model.fit.bind(model)
  model.fit = (x, y, options) => {
    const callbacks = [...(options?.callbacks ?? []), watching()]
    return fit(x, y, { ...options, verbose: 2, callbacks })
  }
  return model
}

export const sequential = (...given) => watched(gradloom.sequential(...given))
export const model = (...given) => watched(gradloom.model(...given))
export const init = async (options) => {
  await gradloom.init(options)
  const { mode, threads, reason } = gradloom.info()
  tell('mode', { mode, threads, reason })
}

const words = (values) => values.map(String).join(' ')

/** What a trained example answers to the page, as long as it is not ended. */
const answering = (answer) =>
  globalThis.addEventListener('message', async ({ data }) => {
    tell('answer', { answer: await answer(data) })
  })

/**
 * Runs an example: a module with everything at its top level. One that exports `answer` goes on to
 * answer.
 */
export const run = async (load) => {
  console.log = (...values) => tell('print', { text: words(values) })
  console.info = console.log
  try {
    const { answer } = await load()
    if (answer) answering(answer)
    tell('done', { answers: answer !== undefined })
  } catch (error) {
    tell('failed', { text: error.message })
  }
}
