// The cart with a pole on it, as in Gym's CartPole (Barto, Sutton, Anderson 1983): the cart is pushed left or
// right every 20 ms and must stay near the middle while the pole stays up. It knows no agent.

const GRAVITY = 9.8
const POLE = { mass: 0.1, halfLength: 0.5 }
const MASS = 1 + POLE.mass
const FORCE = 10
const SECONDS = 0.02
const MOST_ANGLE = (12 * Math.PI) / 180

/** A cart is [place in m, speed, angle in rad, turning speed]. */
export const FEATURES = 4

/** A cart near rest: numbers between −0.05 and 0.05. */
export const start = (chance) => Array.from({ length: FEATURES }, () => 0.1 * chance() - 0.05)

/** The pole is down, or the cart out of bounds. */
export const hasFallen = ([place, , angle]) => Math.abs(place) > 2.4 || Math.abs(angle) > MOST_ANGLE

/** The cart 20 ms after a push to the left (0) or the right (1). */
export const pushed = ([place, speed, angle, turning], action) => {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const torque = POLE.mass * POLE.halfLength
  const push = ((action === 1 ? FORCE : -FORCE) + torque * turning ** 2 * sine) / MASS
  const fall = GRAVITY * sine - cosine * push
  const turn = fall / (POLE.halfLength * (4 / 3 - (POLE.mass * cosine ** 2) / MASS))
  const pull = push - (torque * turn * cosine) / MASS
  return [
    place + SECONDS * speed,
    speed + SECONDS * pull,
    angle + SECONDS * turning,
    turning + SECONDS * turn,
  ]
}
