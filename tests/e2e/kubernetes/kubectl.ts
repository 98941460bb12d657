import { success } from "../project";

export const kubectl = async (...args: string[]) => (await success("kubectl", args)).trim();

/** An object or a list of them, as JSON. */
export const read = async <T>(...args: string[]) => JSON.parse(await kubectl(...args, "--output", "json")) as T;
