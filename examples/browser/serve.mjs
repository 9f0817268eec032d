// Serves the browser demo twice: with the headers that isolate the page (shared memory, all cores on one
// model) and without (replicas). Run: npm run demo:browser

import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadDigits } from '../digits/data.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PLACES = {
  '/gradloom/': join(root, 'dist/browser/'),
  '/uplot/': join(root, 'node_modules/uplot/dist/'),
  '/': fileURLToPath(new URL('.', import.meta.url)),
}
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
}
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** n as u32, then n labels, then n × 784 pixels, one byte each. */
const digitsFile = () => {
  const { x, labels } = loadDigits()
  const bytes = new Uint8Array(4 + labels.length + x.length)
  new DataView(bytes.buffer).setUint32(0, labels.length, true)
  bytes.set(labels, 4)
  bytes.set(
    Uint8Array.from(x, (v) => Math.round(v * 255)),
    4 + labels.length,
  )
  return bytes
}

const fileFor = (path) => {
  const place = Object.keys(PLACES).find((prefix) => path.startsWith(prefix))
  const rest = normalize(path.slice(place.length) || 'index.html')
  const file = join(PLACES[place], rest)
  return !rest.startsWith('..') && extname(file) in TYPES && existsSync(file) ? file : undefined
}

const handler = (digits, headers, links) => (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  if (path === '/digits.bin') {
    response.writeHead(200, { ...headers, 'Content-Type': 'application/octet-stream' })
    response.end(digits)
  } else if (path === '/links.json') {
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json' })
    response.end(JSON.stringify(links()))
  } else if (fileFor(path)) {
    response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(fileFor(path))] })
    createReadStream(fileFor(path)).pipe(response)
  } else {
    response.writeHead(404).end('not found')
  }
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server.address().port))
  })

/** Starts both servers; port 0 takes a free one. */
export const serve = async ({ isolatedPort = 8080, plainPort = 8081 } = {}) => {
  const digits = digitsFile()
  const urls = {}
  const isolated = createServer(handler(digits, ISOLATION, () => urls))
  const plain = createServer(handler(digits, {}, () => urls))
  urls.isolated = `http://localhost:${await listen(isolated, isolatedPort)}/`
  urls.plain = `http://localhost:${await listen(plain, plainPort)}/`
  return {
    ...urls,
    close: () => {
      for (const server of [isolated, plain]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { isolated, plain } = await serve()
  console.log(`open ${isolated}  (cross-origin isolated: shared memory)`)
  console.log(`  or ${plain}  (not isolated: replicas)`)
}
