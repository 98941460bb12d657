import { input, select } from "@inquirer/prompts";
import type { Platform } from "../../components/contracts";
import { judge, usualStack, type Answers } from "./settings";

/** Asks the person at the terminal for what they have not said. */
export async function questions(said: Partial<Answers>): Promise<Answers> {
  const platform = (said.platform ??
    (await select<Platform>({
      message: "Where is the cluster to run?",
      choices: [
        { value: "docker", name: "on this machine, with Docker" },
        { value: "kubernetes", name: "on a Kubernetes cluster that there is" },
        { value: "eks", name: "on AWS: a Kubernetes cluster of its own is made" },
      ],
    }))) as Platform;
  const so: Answers = {
    stack: "new",
    workers: "auto",
    ...(platform === "eks" && { region: "eu-west-1", publicAccess: "none" }),
    ...(platform === "kubernetes" && { registry: "registry.example.org/team" }),
    platform,
  };
  const question = async (key: keyof Answers, message: string, fallback?: string) =>
    said[key] ??
    (await input({
      message,
      ...(fallback !== undefined && { default: fallback }),
      validate: (value) => complaint({ ...so, [key]: value }) ?? true,
    }));
  const eks = platform === "eks";
  return {
    platform,
    stack: await question("stack", "A name for the stack?", usualStack[platform]),
    workers: await question("workers", "How many workers? (auto: one for each core)", "auto"),
    packages: await question("packages", "R packages, separated by commas? (none: just Enter)", ""),
    ...(platform === "kubernetes" && {
      registry: await question("registry", "Which registry takes the image? (HOST/PATH)"),
    }),
    ...(eks && { region: await question("region", "Which region of AWS?", process.env.AWS_REGION) }),
    ...(eks && {
      publicAccess: await question(
        "publicAccess",
        "Which networks may reach the cluster's API? (yours: its address/32)",
      ),
    }),
  };
}

function complaint(answers: Answers): string | undefined {
  try {
    judge(answers);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}
