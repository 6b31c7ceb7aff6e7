/**
 * Runs test files in a copy of the tree, one after the other, as its parent asks: what vitest needs to start is paid for
 * once. A parent that grows tired of a test ends this process. Started by breakages.ts, with the copy as its folder.
 */
import { join } from 'node:path';
import { createVitest } from 'vitest/node';

export interface Question {
  /** Files that are not what they were, below the folder. */
  readonly changed: readonly string[];
  /** A test file, below the folder. */
  readonly test: string;
}

export interface Answer {
  readonly passed: number;
  /** The first test that failed, or what went wrong before any could. */
  readonly failure?: string;
}

const folder = process.cwd();
const vitest = await createVitest(
  'test',
  {
    root: folder,
    config: false,
    watch: false,
    include: ['services/transform/src/core/**/*.test.ts'],
    setupFiles: [join(folder, 'breakages.setup.mjs')],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    bail: 1,
    fsModuleCache: false,
    reporters: [{}],
  },
  { server: { watch: null } },
);

async function answerTo({ changed, test }: Question): Promise<Answer> {
  for (const file of changed) vitest.invalidateFile(join(folder, file));
  const specifications = await vitest.globTestSpecifications([test]);
  // Failures of before would end this run before it begins.
  vitest.state.clearErrors();
  for (const { project, moduleId } of specifications) vitest.state.clearFiles(project, [moduleId]);
  const run = await vitest.runTestSpecifications(specifications);
  // Modules of earlier runs are still among them.
  const asked = new Set(specifications.map(({ moduleId }) => moduleId));
  const testModules = run.testModules.filter(({ moduleId }) => asked.has(moduleId));
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  const passed = tests.filter((one) => one.result().state === 'passed').length;
  const failed = tests.find((one) => one.result().state === 'failed');
  if (failed !== undefined) return { passed, failure: failed.fullName };
  const errors = [...testModules.flatMap((module) => module.errors()), ...run.unhandledErrors];
  const [error] = errors as { message?: string }[];
  if (error !== undefined) return { passed, failure: `(no test) ${error.message ?? 'an error'}` };
  return { passed };
}

process.on('message', async (question: Question) => {
  const answer = await answerTo(question).catch(
    (error: unknown): Answer => ({ passed: 0, failure: `(no test) ${error}` }),
  );
  process.send?.(answer);
});
