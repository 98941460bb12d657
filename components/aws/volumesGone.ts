import * as pulumi from "@pulumi/pulumi";

interface VolumesGoneArgs {
  readonly kubeconfig: pulumi.Input<string>;
  /** Name of the StorageClass whose volumes are waited for. */
  readonly storageClass: pulumi.Input<string>;
}

interface State {
  readonly kubeconfig: string;
  readonly storageClass: string;
}

// Pulumi keeps the provider's code in the state, so that a destroy needs no program: it may use nothing outside of it.
export const provider: pulumi.dynamic.ResourceProvider<State, State> = {
  create: (inputs) => Promise.resolve({ id: `volumes of ${inputs.storageClass}`, outs: inputs }),
  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
  diff: (_id, olds, news) =>
    Promise.resolve({ changes: olds.kubeconfig !== news.kubeconfig || olds.storageClass !== news.storageClass }),
  delete: async (_id, { kubeconfig, storageClass }) => {
    const { KubeConfig, CoreV1Api } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    const minutes = 10;
    const end = Date.now() + minutes * 60_000;
    for (;;) {
      const { items } = await core.listPersistentVolume().catch((error: unknown) => {
        const { code, cause } = error as { code?: string; cause?: { code?: string } };
        if (code === "ENOTFOUND" || cause?.code === "ENOTFOUND") return { items: [] }; // deleted by hand: no such name
        throw error as Error;
      });
      const left = items.filter(({ spec }) => spec?.storageClassName === storageClass);
      if (left.length === 0) return;
      if (Date.now() > end) {
        const names = left.map(({ metadata, spec }) => spec?.csi?.volumeHandle ?? metadata?.name).join(", ");
        throw new Error(`volumes are still there after ${minutes} minutes: ${names}; run destroy again`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  },
};

/**
 * Something that is deleted only once all volumes of a StorageClass are. Claims depend on it, and it on the cluster:
 * the volume of a deleted claim is deleted a while later, by a controller that goes with the cluster.
 */
export class VolumesGone extends pulumi.dynamic.Resource {
  constructor(name: string, args: VolumesGoneArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, args, opts, "rcluster", "VolumesGone");
  }
}
