/**
 * A README for each module, made from its code: what the first comment of main.tf says, variables, outputs, resources, the
 * example. Leans on `terraform fmt`: a block begins at the start of a line and ends with a brace there.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../modules', import.meta.url));

interface Block {
  readonly labels: readonly string[];
  readonly body: string;
}

/** Blocks of a kind, in the order of the file. */
export function blocksOf(kind: string, source: string): Block[] {
  const found = source.matchAll(new RegExp(`^${kind} ((?:"[^"]+" ?)+)\\{\\n(.*?)^\\}`, 'gms'));
  return [...found].map(([, labels = '', body = '']) => ({
    labels: [...labels.matchAll(/"([^"]+)"/g)].map(([, label = '']) => label),
    body,
  }));
}

/** The value of an argument of a block, as it is written; one that spans lines ends before the next argument. */
export function argumentOf(body: string, name: string): string | undefined {
  const match = new RegExp(`^  ${name} += (.*?)(?=\\n  \\w+ +=|\\n  \\w+ \\{|\\n\\n|$(?![\\s\\S]))`, 'ms').exec(body);
  return match?.[1]?.trim();
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
const unquoted = (text: string): string => text.replace(/^"(.*)"$/s, '$1').replaceAll('\\"', '"');

/** @param files a module's sources by name */
function readmeOf(name: string, files: Readonly<Record<string, string>>, example: string): string {
  const main = files['main.tf'] ?? '';
  const comment = /^((?:# .*\n)+)/.exec(main)?.[1]?.replaceAll(/^# /gm, '').trim() ?? '';
  const variables = blocksOf('variable', files['variables.tf'] ?? '').map(({ labels, body }) => {
    const fallback = argumentOf(body, 'default');
    const type = argumentOf(body, 'type') ?? '';
    const description = unquoted(argumentOf(body, 'description') ?? '');
    return `| \`${labels[0]}\` | \`${cell(type)}\` | ${fallback === undefined ? 'required' : `\`${cell(fallback)}\``} | ${cell(description)} |`;
  });
  const outputs = blocksOf('output', files['outputs.tf'] ?? '').map(
    ({ labels, body }) => `| \`${labels[0]}\` | ${cell(unquoted(argumentOf(body, 'description') ?? ''))} |`,
  );
  const resources = Object.keys(files)
    .sort()
    .flatMap((file) => blocksOf('resource', files[file] ?? ''))
    .map(({ labels }) => `\`${labels.join('.')}\``);
  return [
    `# ${name}`,
    '<!-- Made from the code by `node infra/src/write-readmes.ts`; a test holds it against the code. -->',
    comment,
    '',
    '```hcl',
    example.trim(),
    '```',
    '',
    '| variable | type | default | what |',
    '| --- | --- | --- | --- |',
    ...variables,
    '',
    '| output | what |',
    '| --- | --- |',
    ...outputs,
    '',
    `Resources: ${[...new Set(resources)].join(', ')}.`,
    '',
  ].join('\n');
}

/** The README of every module, by its path. */
export function renderReadmes(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(MODULES).sort()) {
    const folder = path.join(MODULES, name);
    const sources = readdirSync(folder).filter((file) => file.endsWith('.tf'));
    const files = Object.fromEntries(sources.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
    const example = readFileSync(path.join(folder, 'examples', 'basic', 'main.tf'), 'utf8');
    found.set(path.join(folder, 'README.md'), readmeOf(name, files, example));
  }
  return found;
}

export function writeReadmes(): void {
  for (const [file, text] of renderReadmes()) writeFileSync(file, text);
}
