// Changes a model file where it matters: in the tree of its header, in the descriptions that stand as text
// in its metadata, in a number of it; or in any byte. Knows the layout of safetensors, no model.

const DESCRIBED = ['model', 'compile', 'history']

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** `{ header, body }`, or undefined where there is none to be read. */
const parse = (bytes) => {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
    const header = JSON.parse(decoder.decode(bytes.subarray(8, 8 + length)))
    const metadata = header.__metadata__ ?? {}
    for (const key of DESCRIBED) if (key in metadata) metadata[key] = JSON.parse(metadata[key])
    return { header, body: bytes.subarray(8 + length) }
  } catch {
    return undefined
  }
}

const join = (header, body) => {
  const json = encoder.encode(header)
  const bytes = new Uint8Array(8 + json.length + body.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(body, 8 + json.length)
  return bytes
}

const described = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

const serialize = ({ header, body }) => {
  const { __metadata__: metadata } = header
  const isObject = metadata && typeof metadata === 'object'
  for (const key of isObject ? DESCRIBED : []) {
    if (key in metadata) metadata[key] = described(metadata[key])
  }
  return join(JSON.stringify(header), body)
}

const NUMBERS = [
  ...[0, 1, -1, 2, 3, 7, 0.5, -0.5, 1e-30, 255, 65536, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300],
]
const WORDS = [
  ...['', '__proto__', 'constructor', 'toString', 'relu', 'dense', 'sequential', 'model', 'lstm'],
  ...['same', 'channelsFirst', '../../etc/passwd', 'a/b', '\u0000', 'I64', 'F16', 'BOOL', 'F4'],
]

/** Every place in the tree: `[holder, key]`. */
const placesOf = (tree, found = []) => {
  for (const key of Object.keys(tree)) {
    found.push([tree, key])
    const value = tree[key]
    if (value && typeof value === 'object') placesOf(value, found)
  }
  return found
}

const copyOf = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value)))

const fresh = (dice) => {
  const kinds = [
    () => dice.pick(NUMBERS),
    () => dice.pick(WORDS),
    () => null,
    () => dice.below(2) === 1,
    () => [],
    () => ({}),
    () => [dice.pick(NUMBERS), dice.pick(NUMBERS)],
  ]
  return dice.pick(kinds)()
}

const changed = (value, dice) => {
  if (typeof value === 'number' && dice.below(3)) {
    return dice.pick([value + 1, value - 1, -value, value / 2, value * 2, dice.pick(NUMBERS)])
  }
  if (typeof value === 'string' && dice.below(3)) {
    return dice.pick([value.slice(0, -1), value.toUpperCase(), `${value}x`, dice.pick(WORDS)])
  }
  return fresh(dice)
}

/** Not by `splice`, which asks the array for its constructor; that may have been changed, too. */
const repeat = (array, at) => {
  for (let i = array.length; i > at; i--) array[i] = copyOf(array[i - 1])
}

const changeTree = (tree, dice) => {
  const places = placesOf(tree)
  if (places.length === 0) return
  const [holder, key] = dice.pick(places)
  const [other, from] = dice.pick(places)
  const kinds = [
    () => delete holder[key],
    () => {
      holder[dice.pick(WORDS)] = copyOf(holder[key])
    },
    () => {
      holder[key] = copyOf(other[from])
    },
    () => {
      if (Array.isArray(holder)) repeat(holder, Number(key))
    },
  ]
  if (dice.below(2)) holder[key] = changed(holder[key], dice)
  else dice.pick(kinds)()
}

const changeBytes = (bytes, dice) => {
  const copy = bytes.slice()
  const at = dice.below(Math.max(1, copy.length))
  if (dice.below(4) === 0) return copy.slice(0, at)
  // Most of what is worth a change stands in front.
  const near = dice.below(2) ? dice.below(Math.min(12, copy.length)) : at
  copy[near] ^= 1 << dice.below(8)
  return copy
}

/** A few changes of `bytes`, as `dice` falls. */
export const mutateFile = (bytes, dice) => {
  const parsed = dice.below(10) ? parse(bytes) : undefined
  if (!parsed || typeof parsed.header !== 'object' || parsed.header === null) {
    return changeBytes(bytes, dice)
  }
  for (let n = 1 + dice.below(3); n > 0; n--) changeTree(parsed.header, dice)
  return serialize(parsed)
}
