/**
 * Every call that each function's code makes to AWS, what it is about, and where it stands. A test holds the commands
 * against the built bundles, in which a call that is never made is not there.
 */
import type { FunctionName } from '@tastetrend/contracts';

export interface Call {
  readonly command: string;
  readonly parameters?: readonly string[];
  /** Names of the world (world.ts). */
  readonly on: readonly string[];
  /** Condition keys as AWS fills them for this call. */
  readonly context?: Readonly<Record<string, string>>;
  readonly where: string;
}

const VERSION_OUTPUTS = ['processed/table', 'processed/quarantine', 'processed/duplicates', 'processed/profile'];
const CURRENT_TABLES = ['processed/current', 'processed/current at the top'];

const LISTED = 'shared/aws/src/object-store.ts';

export const CALLS: Readonly<Record<FunctionName, readonly Call[]>> = {
  transform: [
    { command: 'GetObject', parameters: ['VersionId'], on: ['raw/object'], where: 's3-ports.ts: rawVersions.open' },
    {
      command: 'GetObject',
      parameters: ['IfMatch'],
      on: ['raw/object'],
      where: 's3-ports.ts: rawVersions.open, in a bucket that keeps no versions',
    },
    { command: 'HeadObject', on: ['raw/object'], where: 's3-ports.ts: rawVersions.current' },
    { command: 'ListObjectVersions', on: ['raw'], where: 's3-ports.ts: rawVersions.list, versionsOf' },
    { command: 'GetObject', on: ['processed/manifest'], where: 's3-ports.ts: manifestsIn.read' },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['processed/manifest'],
      where: 's3-ports.ts: manifestsIn.create',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: VERSION_OUTPUTS,
      where: 's3-ports.ts: versionOutputs.store',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['catalog/reviews', 'catalog/restaurant_info'],
      where: 's3-ports.ts: catalogIn.enter',
    },
    {
      command: 'HeadObject',
      on: ['catalog/reviews', 'catalog/restaurant_info'],
      where: 's3-ports.ts: catalogIn.enter, of a key that has a current table already',
    },
    { command: 'HeadObject', on: CURRENT_TABLES, where: 's3-ports.ts: currentTableIn.read' },
    {
      command: 'GetObject',
      on: ['processed/table'],
      where: 's3-ports.ts: currentTableIn.replace reads the winner’s table',
    },
    {
      command: 'GetObject',
      on: ['processed/profile'],
      where: 's3-ports.ts: currentTableIn.replace reads the winner’s profile, for the mark of its validation',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: CURRENT_TABLES,
      where: 's3-ports.ts: currentTableIn.replace, empty',
    },
    {
      command: 'PutObject',
      parameters: ['IfMatch'],
      on: CURRENT_TABLES,
      where: 's3-ports.ts: currentTableIn.replace, empty',
    },
    {
      command: 'PutEvents',
      on: ['bus'],
      context: { 'events:source': 'tastetrend.transform' },
      where: 's3-ports.ts: completionsOn.publish, publishRemoval',
    },
    { command: 'PutItem', on: ['table'], where: 'lease.ts (Powertools idempotency)' },
    {
      command: 'GetItem',
      on: ['table'],
      where: 'lease.ts (Powertools idempotency): who holds it; failure-log.ts: attemptsIn',
    },
    {
      command: 'UpdateItem',
      on: ['table'],
      where: 'lease.ts (Powertools idempotency): done; shared/aws/src/failure-log.ts: writeFailure, attemptsIn',
    },
    { command: 'DeleteItem', on: ['table'], where: 'lease.ts (Powertools idempotency): given back after a failure' },
    { command: 'ChangeMessageVisibility', on: ['transform queue'], where: 'shared/aws/src/batch.ts: setVisibility' },
    { command: 'DeleteMessage', on: ['transform queue'], where: 'shared/aws/src/batch.ts: deleteMessage' },
  ],
  report: [
    {
      command: 'GetObject',
      on: ['processed/manifest', 'processed/profile'],
      where: 's3-objects.ts: s3CommittedObjects.readText',
    },
    {
      command: 'GetObject',
      on: ['processed/table'],
      where: 's3-objects.ts: s3CommittedObjects.readBytes',
    },
    {
      command: 'GetObject',
      on: ['processed/validation', 'processed/bias', 'processed/page', 'processed/lineage'],
      where: 's3-objects.ts: s3ReportStore.readText, before it is made and when its own was refused',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['processed/validation', 'processed/bias', 'processed/page', 'processed/lineage'],
      where: 's3-objects.ts: s3ReportStore.putOnce',
    },
    {
      command: 'GetObject',
      on: ['processed/history', 'processed/comparison'],
      where: 's3-objects.ts: s3ReportStore.readText, for compare-uploads.ts',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['processed/history', 'processed/comparison'],
      where: 's3-objects.ts: s3ReportStore.putOnce, for compare-uploads.ts',
    },
    {
      command: 'ListObjectsV2',
      on: ['processed'],
      where: 's3-objects.ts: s3KeysBelow; rollup/s3-rollup.ts: listed, folders',
    },
    {
      command: 'GetObject',
      on: ['catalog/restaurant_info', ...CURRENT_TABLES],
      where: 'known-restaurants.ts: the entries of reference data, and their tables',
    },
    {
      command: 'HeadObject',
      on: CURRENT_TABLES,
      where: 'handoff/s3-handoff.ts: currentTable; rollup/s3-rollup.ts: currentTable',
    },
    { command: 'ListObjectVersions', on: ['raw'], where: 'handoff/s3-handoff.ts: rawVersions' },
    {
      command: 'GetObject',
      on: ['processed/chunks of a version', 'processed/changes of chunks', 'processed/head of chunks'],
      where: 'handoff/s3-handoff.ts: heads.read, packed.open',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['processed/chunks of a version', 'processed/changes of chunks', 'processed/head of chunks'],
      where: 'handoff/s3-handoff.ts: packed.putOnce, heads.replace',
    },
    {
      command: 'PutObject',
      parameters: ['IfMatch'],
      on: ['processed/head of chunks'],
      where: 'handoff/s3-handoff.ts: heads.replace',
    },
    {
      command: 'PutEvents',
      on: ['bus'],
      context: { 'events:source': 'tastetrend.report' },
      where: 'handoff/s3-handoff.ts: publishDetail',
    },
    {
      command: 'GetObject',
      on: ['catalog/reviews', 'processed/rollup', 'processed/part of the rollup'],
      where: 'rollup/s3-rollup.ts: read; manifests and summaries as well',
    },
    {
      command: 'PutObject',
      parameters: ['IfNoneMatch'],
      on: ['processed/rollup', 'processed/part of the rollup'],
      where: 'rollup/s3-rollup.ts: write',
    },
    {
      command: 'PutObject',
      parameters: ['IfMatch'],
      on: ['processed/rollup', 'processed/part of the rollup'],
      where: 'rollup/s3-rollup.ts: write',
    },
    { command: 'GetItem', on: ['table'], where: 'shared/aws/src/failure-log.ts: attemptsIn; cursors.ts: read' },
    {
      command: 'UpdateItem',
      on: ['table'],
      where: 'shared/aws/src/failure-log.ts: writeFailure, attemptsIn; cursors.ts: move',
    },
    { command: 'ChangeMessageVisibility', on: ['report queue'], where: 'shared/aws/src/batch.ts: setVisibility' },
    { command: 'DeleteMessage', on: ['report queue'], where: 'shared/aws/src/batch.ts: deleteMessage' },
  ],
  ingest: [
    { command: 'ListObjectVersions', on: ['raw'], where: `${LISTED}: listKeys, for reconcile.ts` },
    { command: 'ListObjectsV2', on: ['processed'], where: `${LISTED}: listObjects, for audit.ts` },
    { command: 'GetObject', on: ['processed/manifest'], where: 'reconcile.ts: manifestOf; audit.ts' },
    { command: 'GetObject', on: VERSION_OUTPUTS, where: 'audit.ts: readOutput reads every output whole' },
    { command: 'HeadObject', on: ['processed/manifest'], where: 'audit.ts: findOrphans, which a sweep does not do' },
    { command: 'HeadObject', on: CURRENT_TABLES, where: 'reconcile.ts: currentTable' },
    {
      command: 'HeadObject',
      on: ['processed/validation', 'processed/bias', 'processed/page'],
      where: 'reconcile.ts: isReported; audit.ts: auditManifest',
    },
    {
      command: 'GetItem',
      on: ['table'],
      where: 'shared/aws/src/cursors.ts: read; readLease and readFailure, for reconcile.ts',
    },
    {
      command: 'UpdateItem',
      on: ['table'],
      where:
        'shared/aws/src/cursors.ts: move; shared/aws/src/failure-log.ts: markResent of what is sent again, writeFailure, attemptsIn',
    },
    { command: 'GetQueueUrl', on: ['transform queue'], where: 'resend.ts: resendVersions' },
    { command: 'SendMessageBatch', on: ['transform queue'], where: 'queues.ts: sendMessages, for resend.ts' },
    { command: 'ChangeMessageVisibility', on: ['ingest queue'], where: 'shared/aws/src/batch.ts: setVisibility' },
    { command: 'DeleteMessage', on: ['ingest queue'], where: 'shared/aws/src/batch.ts: deleteMessage' },
  ],
};
