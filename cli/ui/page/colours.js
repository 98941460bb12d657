// A colour for each loop, told apart with any kind of colour blindness: Paul Tol's "bright" scheme.
// https://personal.sron.nl/~pault/

const scheme = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377"];

/** @param {number} number of the loop, from 1 */
export function colourOf(number) {
  return scheme[(number - 1) % scheme.length];
}
