import { once } from "node:events";
import { openSignedIn } from "../browser";
import { Failure } from "../failure";
import { interruptible } from "../interrupt";
import { ensureMaster } from "../master";
import type { Target } from "../target";
import { progress } from "../terminal";
import { answers } from "./answers";
import { signIn } from "./jupyter";

interface IdeOptions {
  /** Whether to open a browser, instead of showing address and password. */
  readonly open: boolean;
  readonly json?: boolean;
}

type Ide = NonNullable<Target["cluster"]["ide"]>;

const titles = { jupyter: "JupyterLab", rstudio: "RStudio" } as const;

/**
 * Opens the IDE on the master in the browser. On Kubernetes the port-forward to it is kept until Ctrl-C.
 *
 * @throws Failure if the stack has none, it does not answer, or no browser comes
 */
export async function ide(target: Target, { open, json = false }: IdeOptions): Promise<void> {
  const { cluster, stack, outputs } = target;
  const made = cluster.ide;
  if (!made) throw new Failure(`stack ${stack} has no IDE: ${howTo(stack)}`);
  const { kind, user } = made;
  const title = titles[kind];
  const password = String(outputs.idePassword);

  await ensureMaster(target);
  const link = await linkTo(target, made);
  try {
    const url = `http://127.0.0.1:${link.port}`;
    await progress(`${title} starts`, () =>
      interruptible((signal) => answers(url, title, cluster.names.master, signal)),
    );
    if (json) console.log(JSON.stringify({ kind, url, user, password }));
    else if (open) await interruptible((signal) => show(url, title, made, password, signal));
    else console.log([`${title}: ${url}`, ...signInLines(user, password)].join("\n"));
    if (!link.close) return;
    if (!json) console.log("It can be reached while this runs; Ctrl-C ends that.");
    await once(process, "SIGINT");
  } finally {
    link.close?.();
  }
}

function howTo(stack: string): string {
  return `'npm run pulumi -- config set ide jupyter --stack ${stack}' and 'rcluster up --stack ${stack}' add JupyterLab`;
}

function signInLines(user: string | undefined, password: string): string[] {
  return [...(user ? [`user: ${user}`] : []), `password: ${password}`];
}

// Docker has published it; on Kubernetes a forward leads to it, from another port where its own is taken.
async function linkTo(target: Target, { port, containerPort }: Ide): Promise<{ port: number; close?: () => void }> {
  const { names, platform } = target.cluster;
  if (platform === "docker") return { port };
  const [{ kubeOf }, { forward }] = await Promise.all([import("../kubernetes"), import("../portForward")]);
  const kube = await kubeOf(target);
  const open = async (local: number) => forward(kube, { pod: names.master }, containerPort, local);
  return open(port).catch(async () => open(0));
}

async function show(url: string, title: string, { kind, user }: Ide, password: string, signal: AbortSignal) {
  console.log(`${title}: ${url}`);
  if (kind === "rstudio") {
    const { default: open } = await import("open");
    console.log(signInLines(user, password).join("\n"));
    await open(url);
    return;
  }
  const came = await openSignedIn(`${url}/lab`, await signIn(url, password), signal);
  if (!came) throw new Failure("no browser has come: 'rcluster ide --no-open' shows the password instead");
}
