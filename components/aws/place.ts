/** Who and where the program is on AWS. */
export interface AwsPlace {
  readonly account: string;
  readonly region: string;
  /** `aws`, or another one's name, such as `aws-us-gov`. */
  readonly partition: string;
  /** Profile of the AWS configuration. Default: what the environment says. */
  readonly profile?: string;
}
