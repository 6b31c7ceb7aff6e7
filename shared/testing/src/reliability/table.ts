/** What was tried and what held, as the table of docs/reliability.md. */
import type { Outcome } from './cases.ts';
import { shapeOf } from './cases.ts';

const ACTIONS = [
  'kill_before',
  'kill_after',
  'throttle',
  'fail_before',
  'fail_after',
  'cut_after',
  'stall',
  'delay',
  'none',
] as const;

/** Markdown: a line for each shape of a call, and in each column how many cases held of how many were tried. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = Map.groupBy(outcomes, ({ case: { sender, call } }) => [sender, shapeOf(call)].join('\t'));
  const held = (some: readonly Outcome[]) => {
    const good = some.filter(({ wasMet, wrong }) => wasMet && wrong.length === 0).length;
    return some.length === 0 ? '' : good === some.length ? String(good) : `**${good} of ${some.length}**`;
  };
  const cells = (some: readonly Outcome[]) =>
    ACTIONS.map((action) => held(some.filter((one) => one.case.action === action))).join(' | ');
  const lines = [...rows].map(([key, some]): [string, string] => {
    const [sender = '', shape = ''] = key.split('\t');
    const what = shape === '' ? 'every event 2 and 5 times at once' : `\`${shape}\``;
    return [key, `| ${sender} | ${what} | ${cells(some)} |`];
  });
  lines.sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `| function | call | ${ACTIONS.map((action) => action.replace('none', 'no fault').replace('_', ' ')).join(' | ')} |`,
    `| --- | --- |${' ---: |'.repeat(ACTIONS.length)}`,
    ...lines.map(([, line]) => line),
    `| all | | ${cells(outcomes)} |`,
  ].join('\n');
}
