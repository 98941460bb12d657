import * as fs from "node:fs";
import { z } from "zod";

// The kinds of values that keys of the config have, and in words what is allowed for each.

const mebibyte = 2 ** 20;
const units = { Mi: mebibyte, Gi: 2 ** 30, M: 1e6, G: 1e9 } as const;
const smallestMemory = 64 * mebibyte;

// `pulumi config set --path` stores whole numbers as numbers and anything else as text.
export const number = (schema: z.ZodNumber) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value), schema);
export const wholeNumber = (from: number, to = Number.MAX_SAFE_INTEGER) => number(z.number().int().min(from).max(to));
export const cpus = number(z.number().min(0.1));
export const portNumber = wholeNumber(1, 65535);
export const size = z
  .string()
  .regex(/^\d+(\.\d+)?(Mi|Gi|M|G)$/)
  .transform((text) => Math.round(parseFloat(text) * units[text.replace(/[\d.]/g, "") as keyof typeof units]));
export const memory = size.refine((bytes) => bytes >= smallestMemory);
// `config set --path image.apt jags` says one of a list, and means a list of one.
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(item).default([]));
export const imageName = z.string().regex(/^[a-z0-9][\w./:@-]*$/);
export const directory = z.string().refine((path) => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory());
export const file = z.string().refine((path) => fs.statSync(path, { throwIfNoEntry: false })?.isFile());
export const environment = z.record(
  z.string().regex(/^(?!REDIS_|RCLUSTER_)[A-Za-z_][A-Za-z0-9_]*$/),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
export const queueName = z.string().regex(/^[\w.-]{1,100}$/);
export const grace = wholeNumber(5, 3600);
export const publishedPort = z.union([
  portNumber.transform((port) => ({ external: port, internal: port })),
  z
    .string()
    .regex(/^\d+:\d+$/)
    .transform((pair) => pair.split(":").map(Number))
    .refine((pair) => pair.every((port) => port >= 1 && port <= 65535))
    .transform(([external = 0, internal = 0]) => ({ external, internal })),
]);

export const coresAllowed = "a number of cores from 0.1";
export const portAllowed = "a port from 1 to 65535";
export const memoryAllowed = "a size from 64Mi with the unit Mi, Gi, M or G, such as 512Mi or 2Gi";
export const sizeAllowed = "a size with the unit Mi, Gi, M or G, such as 500Mi or 20Gi";
export const imageAllowed = "an image's name, such as registry.example.org/team/image:tag";
export const queueAllowed = "1 to 100 letters, digits, dots, dashes or underscores";
export const environmentAllowed =
  "names and values of environment variables, none of them starting with REDIS_ or RCLUSTER_";
export const graceAllowed = "a whole number of seconds from 5 to 3600";
export const countAllowed = "a whole number from 0";
export const flagAllowed = "true or false";

/** What is allowed for an object: its keys. */
export const objectAllowed = (schema: z.ZodObject) => `an object with the keys ${Object.keys(schema.shape).join(", ")}`;
