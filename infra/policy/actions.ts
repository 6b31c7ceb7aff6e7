/**
 * Which IAM actions a call needs: by SDK command and by the parameters that change the answer. Each with its source.
 * A command that is not here makes the policy test fail, so that a new call is looked up before it is deployed.
 */

/** Where an action is asked for: on what the call names, or on the bucket that the object is in. */
type On = 'named' | 'bucket';

export interface CallRule {
  readonly command: string;
  /** Parameters that the rule is for, all present; the rule with the most that fit is the one. */
  readonly parameters: readonly string[];
  readonly actions: readonly (readonly [action: string, on: On])[];
  readonly source: string;
}

const S3_OPERATIONS = 'Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"';
const S3_CONDITIONAL = 'Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"';
const S3_404 =
  'Amazon S3 API Reference, HeadObject and GetObject, Permissions: without s3:ListBucket an absent key answers 403, and not 404';
const SQS = 'Amazon SQS Developer Guide, "Amazon SQS API permissions: Actions and resource reference"';
const DYNAMODB = 'Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB"';
const EVENTS = 'Service Authorization Reference, "Actions, resources, and condition keys for Amazon EventBridge"';

export const CALL_RULES: readonly CallRule[] = [
  {
    command: 'GetObject',
    parameters: [],
    actions: [
      ['s3:GetObject', 'named'],
      ['s3:ListBucket', 'bucket'],
    ],
    source: `${S3_OPERATIONS}; ${S3_404}`,
  },
  {
    command: 'GetObject',
    parameters: ['VersionId'],
    actions: [
      ['s3:GetObjectVersion', 'named'],
      ['s3:ListBucket', 'bucket'],
    ],
    source: `${S3_OPERATIONS}; ${S3_404}`,
  },
  { command: 'ListObjectsV2', parameters: [], actions: [['s3:ListBucket', 'named']], source: S3_OPERATIONS },
  {
    command: 'HeadObject',
    parameters: [],
    actions: [
      ['s3:GetObject', 'named'],
      ['s3:ListBucket', 'bucket'],
    ],
    source: `${S3_OPERATIONS}; ${S3_404}`,
  },
  {
    command: 'HeadObject',
    parameters: ['VersionId'],
    actions: [
      ['s3:GetObjectVersion', 'named'],
      ['s3:ListBucket', 'bucket'],
    ],
    source: `${S3_OPERATIONS}; ${S3_404}`,
  },
  {
    command: 'ListObjectVersions',
    parameters: [],
    actions: [['s3:ListBucketVersions', 'named']],
    source: S3_OPERATIONS,
  },
  { command: 'ListObjectsV2', parameters: [], actions: [['s3:ListBucket', 'named']], source: S3_OPERATIONS },
  { command: 'PutObject', parameters: [], actions: [['s3:PutObject', 'named']], source: S3_OPERATIONS },
  {
    command: 'PutObject',
    parameters: ['IfNoneMatch'],
    actions: [['s3:PutObject', 'named']],
    source: S3_CONDITIONAL,
  },
  {
    command: 'PutObject',
    parameters: ['IfMatch'],
    actions: [
      ['s3:PutObject', 'named'],
      ['s3:GetObject', 'named'],
    ],
    source: S3_CONDITIONAL,
  },
  // An upload in parts: nobody makes one today. Aborting it, once, is what the lifecycle rule does for those left over.
  {
    command: 'CreateMultipartUpload',
    parameters: [],
    actions: [['s3:PutObject', 'named']],
    source: S3_OPERATIONS,
  },
  {
    command: 'AbortMultipartUpload',
    parameters: [],
    actions: [['s3:AbortMultipartUpload', 'named']],
    source: S3_OPERATIONS,
  },
  {
    command: 'ChangeMessageVisibility',
    parameters: [],
    actions: [['sqs:ChangeMessageVisibility', 'named']],
    source: SQS,
  },
  { command: 'DeleteMessage', parameters: [], actions: [['sqs:DeleteMessage', 'named']], source: SQS },
  { command: 'GetQueueUrl', parameters: [], actions: [['sqs:GetQueueUrl', 'named']], source: SQS },
  { command: 'SendMessageBatch', parameters: [], actions: [['sqs:SendMessage', 'named']], source: SQS },
  { command: 'GetItem', parameters: [], actions: [['dynamodb:GetItem', 'named']], source: DYNAMODB },
  { command: 'PutItem', parameters: [], actions: [['dynamodb:PutItem', 'named']], source: DYNAMODB },
  { command: 'UpdateItem', parameters: [], actions: [['dynamodb:UpdateItem', 'named']], source: DYNAMODB },
  { command: 'DeleteItem', parameters: [], actions: [['dynamodb:DeleteItem', 'named']], source: DYNAMODB },
  { command: 'PutEvents', parameters: [], actions: [['events:PutEvents', 'named']], source: EVENTS },
];

export interface PlatformNeed {
  readonly action: string;
  /** A name of the world (world.ts); `{function}` stands for the function's own. */
  readonly on: string;
  readonly reason: string;
  readonly source: string;
}

const LAMBDA_SQS = 'AWS Lambda Developer Guide, "Using Lambda with Amazon SQS", execution role permissions';
const LAMBDA_LOGS = 'AWS Managed Policy Reference, AWSLambdaBasicExecutionRole';
const LAMBDA_XRAY = 'AWS Managed Policy Reference, AWSXRayDaemonWriteAccess';

/**
 * What Lambda does with a function's role, without a call in the code. Of KMS nothing: everything is encrypted with keys
 * that the services own (docs/decisions/encryption.md), for which a role needs no grant.
 */
export const PLATFORM_NEEDS: readonly PlatformNeed[] = [
  {
    action: 'sqs:ReceiveMessage',
    on: '{function} queue',
    reason: 'the event source takes messages',
    source: LAMBDA_SQS,
  },
  { action: 'sqs:DeleteMessage', on: '{function} queue', reason: 'and deletes what is done', source: LAMBDA_SQS },
  { action: 'sqs:GetQueueAttributes', on: '{function} queue', reason: 'and looks how many wait', source: LAMBDA_SQS },
  {
    action: 'logs:CreateLogStream',
    on: '{function} log stream',
    reason: 'each sandbox has a log stream (the group is made by Terraform)',
    source: LAMBDA_LOGS,
  },
  { action: 'logs:PutLogEvents', on: '{function} log stream', reason: 'and writes into it', source: LAMBDA_LOGS },
  { action: 'xray:PutTraceSegments', on: 'a trace', reason: 'active tracing', source: LAMBDA_XRAY },
  { action: 'xray:PutTelemetryRecords', on: 'a trace', reason: 'active tracing', source: LAMBDA_XRAY },
];

/** Actions that no function has any use for; none may be allowed on anything. */
export const NEVER: readonly string[] = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObjectAcl',
  's3:PutBucketPolicy',
  's3:PutLifecycleConfiguration',
  's3:AbortMultipartUpload',
  's3:GetBucketPolicy',
  'sqs:PurgeQueue',
  'sqs:StartMessageMoveTask',
  'dynamodb:Scan',
  'dynamodb:Query',
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteTable',
  'events:PutRule',
  'events:PutTargets',
  'lambda:InvokeFunction',
  'lambda:UpdateFunctionCode',
  'logs:CreateLogGroup',
  'logs:DeleteLogStream',
  'iam:PassRole',
  'sts:AssumeRole',
  'kms:Decrypt',
  'secretsmanager:GetSecretValue',
];
