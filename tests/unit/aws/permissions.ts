// What each resource type takes to be made, read, changed, tagged and deleted. The names are those of the actions in the
// Service Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/, chosen by the
// calls that Terraform's AWS provider makes for the type.
export const permissions: Readonly<Record<string, string>> = {
  "aws:budgets/budget:Budget":
    "budgets:ModifyBudget budgets:ViewBudget budgets:ListTagsForResource budgets:TagResource budgets:UntagResource",
  "aws:cloudwatch/logGroup:LogGroup":
    "logs:CreateLogGroup logs:DeleteLogGroup logs:DescribeLogGroups logs:PutRetentionPolicy logs:DeleteRetentionPolicy " +
    "logs:AssociateKmsKey logs:DisassociateKmsKey logs:ListTagsForResource logs:TagResource logs:UntagResource",
  "aws:ec2/eip:Eip": "ec2:AllocateAddress ec2:ReleaseAddress ec2:DescribeAddresses ec2:DescribeAddressesAttribute",
  "aws:ec2/internetGateway:InternetGateway":
    "ec2:CreateInternetGateway ec2:AttachInternetGateway ec2:DetachInternetGateway ec2:DeleteInternetGateway " +
    "ec2:DescribeInternetGateways",
  "aws:ec2/natGateway:NatGateway":
    "ec2:CreateNatGateway ec2:DeleteNatGateway ec2:DescribeNatGateways ec2:DescribeNetworkInterfaces",
  "aws:ec2/route:Route": "ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute ec2:DescribeRouteTables",
  "aws:ec2/routeTable:RouteTable": "ec2:CreateRouteTable ec2:DeleteRouteTable ec2:DescribeRouteTables",
  "aws:ec2/routeTableAssociation:RouteTableAssociation":
    "ec2:AssociateRouteTable ec2:DisassociateRouteTable ec2:ReplaceRouteTableAssociation",
  "aws:ec2/securityGroup:SecurityGroup":
    "ec2:CreateSecurityGroup ec2:DeleteSecurityGroup ec2:DescribeSecurityGroups ec2:DescribeSecurityGroupRules " +
    "ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress " +
    "ec2:RevokeSecurityGroupEgress ec2:DescribeNetworkInterfaces",
  "aws:ec2/subnet:Subnet":
    "ec2:CreateSubnet ec2:ModifySubnetAttribute ec2:DeleteSubnet ec2:DescribeSubnets ec2:DescribeNetworkInterfaces",
  "aws:ec2/vpc:Vpc":
    "ec2:CreateVpc ec2:ModifyVpcAttribute ec2:DeleteVpc ec2:DescribeVpcs ec2:DescribeVpcAttribute " +
    "ec2:DescribeNetworkAcls ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:CreateTags ec2:DeleteTags",
  "aws:ec2/vpcEndpoint:VpcEndpoint":
    "ec2:CreateVpcEndpoint ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints ec2:DescribeVpcEndpoints ec2:DescribePrefixLists " +
    "route53:AssociateVPCWithHostedZone",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": "ecr:PutLifecyclePolicy ecr:GetLifecyclePolicy ecr:DeleteLifecyclePolicy",
  "aws:ecr/repository:Repository":
    "ecr:CreateRepository ecr:DeleteRepository ecr:DescribeRepositories ecr:PutImageScanningConfiguration " +
    "ecr:PutImageTagMutability ecr:ListTagsForResource ecr:TagResource ecr:UntagResource",
  "aws:eks/accessEntry:AccessEntry":
    "eks:CreateAccessEntry eks:DescribeAccessEntry eks:UpdateAccessEntry eks:DeleteAccessEntry",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation":
    "eks:AssociateAccessPolicy eks:DisassociateAccessPolicy eks:ListAssociatedAccessPolicies",
  "aws:eks/cluster:Cluster":
    "eks:CreateCluster eks:DescribeCluster eks:UpdateClusterConfig eks:UpdateClusterVersion eks:DescribeUpdate " +
    "eks:AssociateEncryptionConfig eks:DeleteCluster eks:ListTagsForResource eks:TagResource eks:UntagResource " +
    "iam:PassRole iam:CreateServiceLinkedRole",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation":
    "eks:CreatePodIdentityAssociation eks:DescribePodIdentityAssociation eks:UpdatePodIdentityAssociation " +
    "eks:DeletePodIdentityAssociation iam:PassRole",
  "aws:iam/role:Role":
    "iam:CreateRole iam:GetRole iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy iam:DeleteRole " +
    "iam:ListRolePolicies iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:TagRole iam:UntagRole",
  "aws:iam/rolePolicy:RolePolicy": "iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
    "iam:AttachRolePolicy iam:DetachRolePolicy iam:ListAttachedRolePolicies",
  "aws:kms/alias:Alias": "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias kms:ListAliases",
  "aws:kms/key:Key":
    "kms:CreateKey kms:DescribeKey kms:UpdateKeyDescription kms:GetKeyPolicy kms:PutKeyPolicy kms:EnableKeyRotation " +
    "kms:GetKeyRotationStatus kms:ScheduleKeyDeletion kms:ListResourceTags kms:TagResource kms:UntagResource " +
    "kms:CreateGrant kms:RetireGrant",
  "aws:s3/bucket:Bucket":
    "s3:CreateBucket s3:DeleteBucket s3:ListBucket s3:ListBucketVersions s3:DeleteObject s3:DeleteObjectVersion " +
    "s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLocation s3:GetBucketLogging s3:GetBucketObjectLockConfiguration " +
    "s3:GetBucketPolicy s3:GetBucketRequestPayment s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite " +
    "s3:GetAccelerateConfiguration s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration " +
    "s3:GetReplicationConfiguration s3:PutBucketTagging s3:ListTagsForResource s3:TagResource s3:UntagResource",
  "aws:s3/bucketPolicy:BucketPolicy": "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":
    "s3:GetBucketPublicAccessBlock s3:PutBucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "s3:GetEncryptionConfiguration s3:PutEncryptionConfiguration",
};

/** What the program asks AWS besides, and what pushes the image. */
export const always =
  "sts:GetCallerIdentity ec2:DescribeAvailabilityZones ec2:DescribeSubnets eks:ListClusters eks:DescribeCluster " +
  "iam:GetRole ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:BatchGetImage " +
  "ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:PutImage";

/** The IAM policy that a user needs for a program with these resource types. */
export function policyFor(types: readonly string[]): object {
  const listed = [always, ...types.map((type) => permissions[type] ?? `unknown:${type}`)];
  const actions = [...new Set(listed.flatMap((text) => text.split(" ")))].sort();
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] };
}
