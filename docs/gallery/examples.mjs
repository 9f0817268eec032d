// The examples of the gallery. `value` is what the chart shows: what of a line of output, where the
// example does not call `fit`; `draws`: the trained network guesses what the reader draws.

export const examples = [
  {
    name: 'digits',
    path: 'docs/gallery/digits.mjs',
    title: 'Handwritten digits',
    text: 'A dense classifier of three layers, with Adam. Then its confusion matrix, digits that it got wrong, and a pad to draw one.',
    draws: true,
  },
  {
    name: 'convnet',
    path: 'examples/convnet/train.mjs',
    title: 'A convolutional network',
    text: 'The same digits, moved a little at random each time.',
  },
  {
    name: 'autoencoder',
    path: 'examples/autoencoder/train.mjs',
    title: 'An autoencoder',
    text: 'Each digit becomes 32 numbers, and is drawn again from these.',
  },
  {
    name: 'timeseries',
    path: 'examples/timeseries/train.mjs',
    title: 'An LSTM on a time series',
    text: 'The next value of a noisy series with two rhythms.',
  },
  {
    name: 'text',
    path: 'examples/text/train.mjs',
    title: 'Kind and unkind reviews',
    text: 'An embedding and a GRU that reads from both ends. The reviews are generated.',
  },
  {
    name: 'recommender',
    path: 'examples/recommender/train.mjs',
    title: 'A recommender',
    text: 'People and films become vectors. The ratings are generated.',
  },
  {
    name: 'cartpole',
    path: 'examples/cartpole/train.mjs',
    title: 'An agent that balances a pole',
    text: 'Policy gradients with <code>trainOnBatch</code>. The chart shows how many of 200 steps the pole stands.',
    value: ['steps', /stood ([\d.]+)/],
  },
  {
    name: 'custom-loop',
    path: 'examples/custom-loop/train.mjs',
    title: 'A loop of one’s own',
    text: 'No model: <code>valueAndGrad</code> and <code>jit</code> solve a differential equation, by gradients of gradients.',
    value: ['loss', /loss ([\d.]+)/],
  },
]
