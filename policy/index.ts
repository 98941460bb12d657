import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { rules, type Rule, type Settings } from "./rules";

new PolicyPack("rcluster", { policies: rules.map(policy), enforcementLevel: "mandatory" });

function policy({ name, description, check }: Rule): ResourceValidationPolicy {
  return {
    name,
    description,
    ...(name === "closed-api" && { configSchema: { properties: { publicApi: { type: "boolean", default: false } } } }),
    validateResource: (subject, report) => {
      for (const problem of check(subject, subject.getConfig<Settings>())) report(problem);
    },
  };
}
