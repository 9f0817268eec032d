// Live chart of loss and accuracy (uPlot). Knows nothing of networks.

import uPlot from '/uplot/uPlot.esm.js'

export const liveChart = (place) => {
  const data = [[], [], []]
  const chart = new uPlot(
    {
      width: Math.max(300, place.clientWidth),
      height: 260,
      scales: {
        x: { time: false },
        loss: { range: (_, __, max) => [0, Math.max(max, 0.1)] },
        accuracy: { range: [0, 1] },
      },
      series: [
        { label: 'epoch' },
        {
          label: 'loss',
          scale: 'loss',
          stroke: '#c2410c',
          width: 2,
          value: (_, v) => v?.toFixed(4),
        },
        {
          label: 'accuracy',
          scale: 'accuracy',
          stroke: '#2f6fde',
          width: 2,
          value: (_, v) => v?.toFixed(4),
        },
      ],
      axes: [{}, { scale: 'loss' }, { scale: 'accuracy', side: 1, grid: { show: false } }],
    },
    data,
    place,
  )
  return {
    add(x, loss, accuracy) {
      data[0].push(x)
      data[1].push(loss)
      data[2].push(accuracy)
      chart.setData(data)
    },
    clear() {
      for (const series of data) series.length = 0
      chart.setData(data)
    },
  }
}
