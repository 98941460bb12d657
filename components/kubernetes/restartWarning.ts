import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/**
 * A hook that says, in previews too, that an update of the master's StatefulSet is about to end the R session in its
 * pod, or will do so once the pod is deleted.
 *
 * @param manual whether the update waits for that
 */
export function restartWarning(manual: boolean): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    "master-restart",
    ({ oldInputs, newInputs }) => {
      const warning = restartWarningText(oldInputs, newInputs, manual);
      if (warning) void pulumi.log.warn(warning);
    },
    { onDryRun: true },
  );
}

/** What to say of an update, or undefined if it leaves the pod alone. */
export function restartWarningText(oldInputs: unknown, newInputs: unknown, manual: boolean): string | undefined {
  const template = (inputs: unknown) => (inputs as { spec?: { template?: unknown } } | undefined)?.spec?.template;
  if (isDeepStrictEqual(template(oldInputs), template(newInputs))) return undefined;
  if (manual) return "the master goes on as it is: `kubectl delete pod rmaster-0` lets it start anew, with the changes";
  return (
    "the master is replaced, which ends the R session in it; files in /data stay. " +
    "To choose the time yourself, set master.rollout to manual"
  );
}
