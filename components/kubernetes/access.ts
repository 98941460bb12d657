import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  type Configuration,
  CoreV1Api,
  createConfiguration,
  type KubeConfig,
  ServerConfiguration,
  StorageV1Api,
  type V1Node,
  type V1StorageClass,
  VersionApi,
} from "@kubernetes/client-node";
import { RunError } from "@pulumi/pulumi/errors"; // without the rest, which takes half a second
import { loadKubeconfig, type Target } from "./kubeconfig";

/** A cluster that answers and knows who asks. */
export interface Access {
  /** Name of the context that was selected. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly storage: StorageV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly version: VersionApi;
}

const answerSeconds = 5;
const requestSeconds = 30;

/**
 * Opens a cluster and makes sure, within about 5 seconds, that it answers.
 *
 * @throws RunError with one line if there is no such kubeconfig or context, or the cluster cannot be reached or does
 * not accept the login
 *
 * @example
 * const access = await connect({ context: "minikube" });
 */
export async function connect(target: Target = {}): Promise<Access> {
  const config = loadKubeconfig(target);
  const access = open(config, requestSeconds);
  try {
    await may(open(config, answerSeconds), { verb: "list", resource: "pods" });
  } catch (error) {
    throw new RunError(`cluster ${access.server} (context ${access.context}) ${explain(error)}`);
  }
  return access;
}

function open(config: KubeConfig, seconds: number): Access {
  const server = config.getCurrentCluster()?.server ?? "";
  const limited = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: (request) => {
          request.setSignal(AbortSignal.timeout(seconds * 1000));
          return Promise.resolve(request);
        },
        post: (response) => Promise.resolve(response),
      },
    ],
  });
  const api = <T>(type: new (configuration: Configuration) => T) => new type(limited);
  return {
    context: config.getCurrentContext(),
    server,
    core: api(CoreV1Api),
    apps: api(AppsV1Api),
    storage: api(StorageV1Api),
    authorization: api(AuthorizationV1Api),
    version: api(VersionApi),
  };
}

/** What somebody wants to do: as in `kubectl auth can-i VERB RESOURCE`. */
export interface Action {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly namespace?: string;
}

/** Whether the cluster lets this login do it. */
export async function may(access: Access, action: Action): Promise<boolean> {
  const { status } = await access.authorization.createSelfSubjectAccessReview({
    body: { spec: { resourceAttributes: action } },
  });
  return status?.allowed ?? false;
}

/** The cluster's nodes. Undefined where this login may not see them, as with rights in one namespace alone. */
export async function listNodes(access: Access): Promise<V1Node[] | undefined> {
  if (!(await may(access, { verb: "list", resource: "nodes" }))) return undefined;
  return (await access.core.listNode()).items;
}

/** The cluster's StorageClasses. Undefined where this login may not see them. */
export async function listStorageClasses(access: Access): Promise<V1StorageClass[] | undefined> {
  const action = { verb: "list", resource: "storageclasses", group: "storage.k8s.io" };
  if (!(await may(access, action))) return undefined;
  return (await access.storage.listStorageClass()).items;
}

/** Labels as the `labelSelector` of a request: objects that have them all. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.join();
}

/** The object, or undefined where there is none of the name. */
export async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

/** In one line, why a request failed: "cannot be reached: connect ECONNREFUSED 127.0.0.1:6443". */
export function explain(error: unknown): string {
  if (error instanceof ApiException) {
    if (error.code === 401) return "does not accept the login in its kubeconfig";
    const said = statusMessage(error.body) ?? `HTTP ${error.code}`;
    if (error.code === 403) return `does not allow it: ${said}`;
    return `answers with an error: ${said}`;
  }
  const cause = rootCause(error);
  if (cause.name === "TimeoutError") return "cannot be reached: no answer in time";
  const local = cause.code === undefined || /^(open|spawn)/.test(cause.syscall ?? ""); // a file, or the login's command
  return `${local ? "cannot be used" : "cannot be reached"}: ${cause.message.trim().split("\n")[0]}`;
}

function statusMessage(body: unknown): string | undefined {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? "");
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return text.trim().split("\n")[0];
  }
}

function rootCause(error: unknown): NodeJS.ErrnoException {
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return rootCause(error.cause);
  return error instanceof Error ? error : new Error(String(error));
}
