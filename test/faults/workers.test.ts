// The table of faults, group one: workers that end, throw, trap, hang or never start. Rows that need a
// browser (content security policies, headers) are in `test/browser/faults.test.ts`.

import { expect } from 'vitest'
import { init, type Model, shutdown } from '../../ts/index.ts'
import { clusters } from '../e2e/support.ts'
import { endPool, type Fault } from './pools.ts'
import { playTable, quiet, type Row, type Scene, WORKING, x, y } from './table.ts'

/** An epoch of it takes seconds. */
const big = clusters(200_000)

/** Training that does not end by itself; `onRunning` is called when it is under way. */
const endless = (model: Model, onRunning: () => void = () => {}): Promise<unknown> => {
  const callbacks = [{ onProgress: onRunning }]
  return model.fit(big.x, big.y, { epochs: 1e6, batchSize: 1, callbacks, ...quiet })
}

const trainForEver = ({ classifier }: Scene): Promise<unknown> => endless(classifier())

/** The last worker has the fault: a helper, or the second replica. */
const last = (fault: Fault): Row['pool'] => ({ faults: [undefined, fault] })
const first = (fault: Fault): Row['pool'] => ({ faults: [fault] })

const died = ['A worker (', 'its last copy: 0 steps'] as const

const inMidStep: Row[] = [
  {
    name: 'the leader exits while it trains',
    code: 'worker-died',
    says: [...died, 'exited with code 3'],
    modes: WORKING,
    pool: first({ fault: 'exit', afterMs: 300 }),
    run: trainForEver,
  },
  {
    name: 'an error that nobody catches',
    code: 'worker-died',
    says: [...died, 'thrown where nobody awaits it'],
    modes: WORKING,
    pool: first({ fault: 'throws', afterMs: 300 }),
    run: trainForEver,
  },
  {
    name: 'a rejection that nobody catches',
    code: 'worker-died',
    says: [...died, 'rejected where nobody awaits it'],
    modes: WORKING,
    pool: first({ fault: 'rejects', afterMs: 300 }),
    run: trainForEver,
  },
  {
    name: 'the limit of the heap',
    code: 'worker-died',
    says: [...died, 'memory limit'],
    modes: WORKING,
    pool: first({ fault: 'heap', afterMs: 300 }),
    run: trainForEver,
  },
  {
    name: 'the first worker is terminated',
    code: 'worker-died',
    says: died,
    modes: WORKING,
    run: ({ classifier, workers }) => endless(classifier(), () => void workers[0]?.terminate()),
  },
  {
    name: 'a compute thread is killed',
    // It may be killed before it has told that it is there.
    code: ['worker-died', 'worker-start'],
    says: died,
    modes: WORKING,
    run: ({ classifier, workers }) =>
      endless(
        classifier(),
        () => void workers.findLast(({ threadId }) => threadId > 0)?.terminate(),
      ),
  },
  {
    name: 'a trap in the first step',
    code: 'trap',
    says: ['the next call starts afresh', 'its last copy: 0 steps'],
    modes: WORKING,
    pool: first({ fault: 'trap', calls: 1 }),
    run: trainForEver,
  },
  {
    name: 'a trap after some steps',
    code: 'trap',
    says: ['its last copy: 4 steps, 1 epochs'],
    modes: WORKING,
    pool: first({ fault: 'trap', calls: 20 }),
    run: async ({ classifier }) => {
      const model = classifier()
      await model.fit(x, y, quiet)
      await endless(model)
    },
  },
  {
    name: 'a trap in one of two replicas',
    code: 'trap',
    modes: ['replica'],
    pool: last({ fault: 'trap', calls: 3 }),
    run: trainForEver,
  },
]

const atStart: Row[] = [
  {
    name: 'a worker that never answers its handshake',
    code: 'worker-start',
    says: ['did not answer within 0.5 s'],
    modes: WORKING,
    pool: { ...first({ fault: 'silent' }), startTimeoutMs: 500 },
    run: trainForEver,
  },
  {
    name: 'a second worker that never answers its handshake',
    code: 'worker-start',
    says: ['did not answer within 2 s'],
    modes: WORKING,
    pool: { ...last({ fault: 'silent' }), startTimeoutMs: 2000 },
    run: trainForEver,
  },
  {
    name: 'a worker whose script throws',
    code: 'worker-start',
    says: ['the script is broken'],
    modes: WORKING,
    pool: first({ fault: 'broken' }),
    run: trainForEver,
  },
  {
    name: 'a worker whose script is not there',
    code: 'worker-start',
    says: ['no-such-worker'],
    modes: WORKING,
    pool: last({ fault: 'missing' }),
    run: trainForEver,
  },
  {
    name: 'a helper that traps as it starts',
    code: 'trap',
    modes: ['shared'],
    pool: last({ fault: 'helper trap' }),
    run: trainForEver,
  },
  {
    name: 'a worker that tells an error of no kind',
    code: ['worker-died', 'worker-start'],
    says: ['odd'],
    modes: WORKING,
    pool: first({ fault: 'garbage', afterMs: 300 }),
    run: trainForEver,
  },
]

/** `call` again and again; a worker is terminated in the middle of it. */
const lostIn = (name: string, call: (model: Model) => Promise<unknown>): Row => ({
  name: `a worker is terminated while ${name}`,
  code: 'worker-died',
  says: ['the next call starts afresh'],
  modes: WORKING,
  run: async ({ classifier, workers }) => {
    const model = classifier()
    await model.fit(x, y, quiet)
    setTimeout(() => void workers.at(-1)?.terminate(), 100)
    for (;;) await call(model)
  },
})

const elsewhere: Row[] = [
  lostIn('it predicts', (model) => model.predict(big.x, { batchSize: 1 })),
  lostIn('it evaluates', (model) => model.evaluate(big.x, big.y, { batchSize: 1 })),
  lostIn('it validates', (model) =>
    model.fit(x, y, { epochs: 9, validationData: [big.x, big.y], batchSize: 1, ...quiet }),
  ),
  {
    name: 'all workers are terminated before the weights are saved',
    code: 'fine',
    modes: WORKING,
    run: async ({ classifier, workers }) => {
      const model = classifier()
      await model.fit(x, y, quiet)
      const before = await (await model.save('blob')).arrayBuffer()
      await Promise.all(workers.map((worker) => worker.terminate()))
      expect(await (await model.save('blob')).arrayBuffer()).toEqual(before)
    },
  },
]

const between: Row[] = [
  {
    name: 'all workers are terminated between two runs',
    code: 'fine',
    modes: WORKING,
    run: async ({ classifier, workers }) => {
      const model = classifier()
      await model.fit(x, y, quiet)
      await Promise.all(workers.map((worker) => worker.terminate()))
      await model.fit(x, y, quiet)
    },
  },
  {
    name: 'shut down while it trains',
    code: 'disposed',
    says: ['call `await init()`'],
    modes: WORKING,
    pool: {},
    run: async ({ classifier, mode }) => {
      await endPool()
      await init({ mode, threads: 2 })
      await endless(classifier(), () => void shutdown()).finally(() => init({ mode, threads: 2 }))
    },
  },
]

playTable('workers', [...inMidStep, ...atStart, ...elsewhere, ...between])
