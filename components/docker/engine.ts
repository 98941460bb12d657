import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi";

const run = promisify(execFile);

/** The Docker engine that the docker command talks to, and what runs on it. */
export interface Engine {
  /** Address, such as unix:///var/run/docker.sock: DOCKER_HOST, else that of the current context. */
  readonly host: string;
  /** Folder with ca.pem, cert.pem and key.pem, where the engine wants TLS. */
  readonly certPath?: string;
  /** Version of the engine. */
  readonly version: string;
  /** Platform of the images that it runs natively, such as linux/arm64. */
  readonly platform: string;
  /** Cores of the machine, or of Docker's virtual machine. */
  readonly cores: number;
  /** Memory there, in bytes. */
  readonly memory: number;
  /** Folder in which it keeps images and volumes, on its machine. */
  readonly folder: string;
  /** Whether the engine runs without root: a user id in a container is then not the same id outside. */
  readonly rootless: boolean;
  readonly containers: readonly EngineContainer[];
}

export interface EngineContainer {
  readonly name: string;
  /** Value of the label by which a stack marks what it makes; empty for other people's containers. */
  readonly stack: string;
  /** Ports of the machine that the running container publishes. */
  readonly ports: readonly number[];
}

/** The label that every container, network and volume of a stack bears. */
export const stackLabel = "rcluster.stack";

/**
 * Finds Docker as the docker command finds it.
 *
 * @throws RunError with one line if there is no docker command or no engine answers.
 */
export async function findEngine(): Promise<Engine> {
  const [info, context, list] = await Promise.all([
    docker("info", "--format", "{{json .}}"),
    docker("context", "inspect"),
    docker("ps", "--all", "--format", `{{.Names}}\t{{.Label "${stackLabel}"}}\t{{.Ports}}`),
  ]);
  return {
    ...connection(context, process.env),
    ...machine(info),
    containers: list.split("\n").filter(Boolean).map(parseContainer),
  };
}

/** What the engine is and has, from the output of `docker info`. */
export function machine(info: string): Omit<Engine, "host" | "certPath" | "containers"> {
  const { ServerVersion, OSType, Architecture, NCPU, MemTotal, DockerRootDir, SecurityOptions } = JSON.parse(info) as {
    ServerVersion: string;
    OSType: string;
    Architecture: string;
    NCPU: number;
    MemTotal: number;
    DockerRootDir: string;
    SecurityOptions: string[] | null;
  };
  const architecture = { x86_64: "amd64", aarch64: "arm64" }[Architecture] ?? Architecture;
  return {
    version: ServerVersion,
    platform: `${OSType}/${architecture}`,
    cores: NCPU,
    memory: MemTotal,
    folder: DockerRootDir,
    rootless: SecurityOptions?.some((option) => option.includes("rootless")) ?? false,
  };
}

async function docker(...args: string[]): Promise<string> {
  try {
    return (await run("docker", args)).stdout;
  } catch (error) {
    throw new RunError(explain(error as NodeJS.ErrnoException & { stderr?: string }));
  }
}

function explain(error: NodeJS.ErrnoException & { stderr?: string }): string {
  if (error.code === "ENOENT") return "Docker is not installed: see https://docs.docker.com/get-started/get-docker/";
  const reason = error.stderr?.trim().split("\n").at(-1) ?? error.message;
  return `Docker is not running, or cannot be used: ${reason}`;
}

/** Address and certificates from the output of `docker context inspect`; DOCKER_HOST is in there already. */
export function connection(context: string, env: NodeJS.ProcessEnv): Pick<Engine, "host" | "certPath"> {
  const [current] = JSON.parse(context) as {
    Endpoints: { docker: { Host: string } };
    TLSMaterial: { docker?: string[] };
    Storage: { TLSPath: string };
  }[];
  if (!current) throw new RunError("Docker has no current context: see `docker context ls`");
  const host = current.Endpoints.docker.Host;
  if (current.TLSMaterial.docker) return { host, certPath: path.join(current.Storage.TLSPath, "docker") };
  if (env.DOCKER_HOST && env.DOCKER_TLS_VERIFY && env.DOCKER_CERT_PATH) return { host, certPath: env.DOCKER_CERT_PATH };
  return { host };
}

/** One line of `docker ps`: name, stack and ports such as "127.0.0.1:6379->6379/tcp, :::80-81->80-81/tcp". */
export function parseContainer(line: string): EngineContainer {
  const [name = "", stack = "", ports = ""] = line.split("\t");
  const published = [...ports.matchAll(/:(\d+)(?:-(\d+))?->/g)].flatMap(([, first, last]) => range(first, last));
  return { name, stack, ports: [...new Set(published)] };
}

function range(first = "0", last = first): number[] {
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
}
