import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Tags } from "./tags";

export interface BudgetArgs {
  readonly budgetName: string;
  /** US dollars a month. */
  readonly monthly: number;
  /** Who is told, once 80 % are spent, and when the month is forecast to end above it. */
  readonly email: string;
  readonly tags: Tags;
}

/** A budget for all costs of the account: AWS sends an e-mail, and stops nothing. */
export function budget(name: string, args: BudgetArgs, opts: pulumi.CustomResourceOptions): aws.budgets.Budget {
  const notice = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: "PERCENTAGE",
    comparisonOperator: "GREATER_THAN",
    subscriberEmailAddresses: [args.email],
  });
  return new aws.budgets.Budget(
    name,
    {
      name: args.budgetName,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: args.monthly.toFixed(2),
      limitUnit: "USD",
      notifications: [notice("ACTUAL", 80), notice("FORECASTED", 100)],
      tags: named(args.tags, args.budgetName),
    },
    opts,
  );
}
