import type { Platform } from "../../components/contracts";
import { parseConfig } from "../../stacks/config";
import { exitCodes, Failure } from "../failure";

/** What a new stack is to be, in the words of the command line. */
export interface Answers {
  readonly stack: string;
  readonly platform: string;
  readonly workers: string;
  /** R packages, separated by commas or spaces. */
  readonly packages?: string;
  readonly registry?: string;
  readonly region?: string;
  /** Networks, separated by commas or spaces. */
  readonly publicAccess?: string;
}

/** Name of the stack that a platform suggests. */
export const usualStack: Readonly<Record<Platform, string>> = { docker: "local", kubernetes: "lab", eks: "dev" };

/** The config of a new stack: keys as `pulumi config set --path` takes them, and their values. */
export function settings(answers: Answers): (readonly [key: string, value: string])[] {
  const { platform, workers, packages, registry, region, publicAccess } = answers;
  return [
    ["rcluster:platform", platform],
    ["rcluster:workers", workers],
    ...words(packages).map((name, index) => [`rcluster:image.packages[${index}]`, name] as const),
    ...(registry ? [["rcluster:registry", registry] as const] : []),
    ...(region ? [["aws:region", region] as const] : []),
    ...listed("rcluster:aws.publicAccess", words(publicAccess)),
  ];
}

/**
 * Judges the answers as `up` would judge the config that they make.
 *
 * @throws Failure with the lines that `up` would say
 */
export function judge({ stack, platform, workers, packages, registry, region, publicAccess }: Answers): void {
  const networks = words(publicAccess);
  try {
    parseConfig({
      platform,
      workers,
      ...(words(packages).length > 0 && { image: JSON.stringify({ packages: words(packages) }) }),
      ...(registry && { registry }),
      ...(networks.length > 0 && {
        aws: JSON.stringify({ publicAccess: networks.length > 1 ? networks : networks[0] }),
      }),
    });
  } catch (error) {
    throw new Failure((error as Error).message, exitCodes.usage);
  }
  if (platform === "eks" && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region ?? "")) {
    throw new Failure(
      `config aws:region: ${JSON.stringify(region ?? "")} is not allowed; allowed: a region such as eu-west-1`,
      exitCodes.usage,
    );
  }
  if (!/^[\w.-]{1,100}$/.test(stack)) {
    throw new Failure(
      `stack ${JSON.stringify(stack)} is not allowed; allowed: 1 to 100 letters, digits, dots, dashes or underscores`,
      exitCodes.usage,
    );
  }
}

// One of them may be a word that is allowed in place of a list.
function listed(key: string, values: readonly string[]): (readonly [string, string])[] {
  return values.map((value, index) => [values.length === 1 ? key : `${key}[${index}]`, value]);
}

function words(text = ""): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
