import { command, eventually } from "../project";
import { kubectl } from "./kubectl";

/** A pod that a test has started. */
export class TestPod {
  constructor(
    readonly name: string,
    readonly namespace: string,
  ) {}

  async kubectl(...args: string[]): Promise<string> {
    return kubectl("--namespace", this.namespace, ...args);
  }

  async prints(text: string): Promise<void> {
    const seen = async () => (await command("kubectl", ["--namespace", this.namespace, "logs", this.name])).stdout;
    await eventually(`${this.name} prints ${text}`, async () => (await seen()).includes(text) || undefined, 60);
  }

  /** Waits for its end and returns what it printed. */
  async end(): Promise<string> {
    const state = async () => this.kubectl("get", "pod", this.name, "--output", "jsonpath={.status.phase}");
    const ended = async () => /^(Succeeded|Failed)$/.exec(await state())?.[0];
    const phase = await eventually(`the pod ${this.name} ends`, ended, 180);
    const output = await this.kubectl("logs", this.name);
    if (phase === "Failed") throw new Error(`the pod ${this.name} failed:\n${output}`);
    await this.kubectl("delete", "pod", this.name, "--grace-period=0", "--force");
    return output;
  }
}

export interface PodShape {
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object; readonly secret?: object }[];
  readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string }[] }[];
}

/** The master's, hardened as it is, without its data; in another namespace without its Secrets. */
export function podSpec(master: PodShape, args: string[], elsewhere: boolean) {
  const volumes = master.volumes.filter(({ emptyDir, secret }) => emptyDir ?? (secret && !elsewhere));
  const containers = master.containers.map((container) => ({
    ...container,
    args,
    readinessProbe: undefined,
    volumeMounts: container.volumeMounts.filter((mount) => volumes.some(({ name }) => name === mount.name)),
  }));
  return { ...master, volumes, containers, restartPolicy: "Never" };
}
