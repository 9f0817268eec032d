// Serves this folder with the headers that let the page use shared memory. Port: the environment's
// PORT, or 8080.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
  const file = join(folder, path === '/' ? 'index.html' : path)
  const isServed = file.startsWith(folder) && existsSync(file) && statSync(file).isFile()
  if (!isServed || !types[extname(file)]) return response.writeHead(404).end('not found')
  response.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] })
  createReadStream(file).pipe(response)
})
server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`open http://localhost:${server.address().port}/`)
})
