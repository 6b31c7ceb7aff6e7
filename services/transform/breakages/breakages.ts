export type Breakage = readonly [breaks: string, what: string, replace: string, by: string];
export interface BrokenFile {
  readonly file: string;
  readonly tests: readonly string[];
  readonly breakages: readonly Breakage[];
}
export const PROMISES: readonly string[] = [];
export const BREAKAGES: readonly BrokenFile[] = [
  {
    file: 'kernels/cells.ts',
    tests: ['review-vectors'],
    breakages: [['kernel cleanIds', 'x', 'return byte == 0x20 ||', 'return byte == 0x21 ||']],
  },
];
