// Numbers and times as people read them; the command line uses these too.

const plainNumber = new Intl.NumberFormat("en-US");

/**
 * 12,345
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return plainNumber.format(Math.round(value));
}

/**
 * In 6 letters at most: 99,999, 123k, 1.2M
 * @param {number} value
 * @returns {string}
 */
export function brief(value) {
  if (value < 99_999.5) return count(value);
  return value < 999_500 ? `${Math.round(value / 1e3)}k` : `${+(value / 1e6).toFixed(1)}M`;
}

/**
 * "1 worker", "2 workers"
 * @param {number} value
 * @param {string} word
 * @returns {string}
 */
export function plural(value, word) {
  return `${count(value)} ${word}${value === 1 ? "" : "s"}`;
}

/**
 * Three figures: 0.25, 3.1, 34.2, 1,234
 * @param {number} value
 * @returns {string}
 */
export function rate(value) {
  if (value >= 100 || value === 0) return count(value);
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/**
 * "0.4 s", "12 s", "3 min", "2 h 5 min", "5 d"
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} d`;
  if (hours >= 10) return `${Math.round(minutes / 60)} h`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/**
 * "85 MB", "1.2 GB"
 * @param {number} bytes
 * @returns {string}
 */
export function memory(bytes) {
  const mega = bytes / 2 ** 20;
  return mega < 1000 ? `${Math.round(mega)} MB` : `${(mega / 1024).toFixed(1)} GB`;
}

/**
 * The time of day: 14:02:11
 * @param {number} milliseconds since 1970
 * @returns {string}
 */
export function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

/**
 * The beginning and the end: names of hosts differ at either.
 * @param {string} text
 * @param {number} most
 * @returns {string}
 */
export function shorten(text, most) {
  if (text.length <= most) return text;
  const head = Math.floor(most / 2);
  return `${text.slice(0, head)}~${text.slice(text.length - (most - head - 1))}`;
}

/**
 * "R says: no" for any text: its first line, cut.
 * @param {string} text
 * @param {number} most
 * @returns {string}
 */
export function firstLine(text, most) {
  const line = text.trim().split("\n")[0] ?? "";
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
