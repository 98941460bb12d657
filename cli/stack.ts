/** The stack that `npm start` and `npm run down` work on: their first argument, else `local`. */
export const stack = process.argv[2] ?? "local";
