import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { argumentOf, blocksOf, renderReadmes } from './readmes.ts';

describe('the modules', () => {
  it.each([...renderReadmes()])('%s is what the code says; else: node infra/src/write-readmes.ts', (file, text) => {
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
  });

  it.each([...renderReadmes().keys()])(
    '%s: every variable has a type and a description, every output a description',
    (file) => {
      const folder = path.dirname(file);
      for (const source of readdirSync(folder).filter((name) => name.endsWith('.tf'))) {
        const text = readFileSync(path.join(folder, source), 'utf8');
        for (const { labels, body } of blocksOf('variable', text)) {
          expect([labels[0], argumentOf(body, 'type') ?? '', argumentOf(body, 'description') ?? '']).not.toContain('');
        }
        for (const { labels, body } of blocksOf('output', text)) {
          expect([labels[0], argumentOf(body, 'description') ?? '']).not.toContain('');
        }
        // `this` names the only resource of its type, and nothing else does.
        const resources = blocksOf('resource', text).map(({ labels }) => labels);
        for (const [type, name] of resources) {
          const isOnly = resources.filter(([other]) => other === type).length === 1;
          if (!isOnly) expect(`${type}.${name}`).not.toMatch(/\.this$/);
        }
      }
    },
  );
});

describe('argumentOf', () => {
  const body = `  description = "One \\"two\\" | three."
  type = list(object({
    name = string
  }))
  default     = []

  validation {
    condition = true
  }
`;
  it('reads one line and many', () => {
    expect(argumentOf(body, 'description')).toBe('"One \\"two\\" | three."');
    expect(argumentOf(body, 'type')).toBe('list(object({\n    name = string\n  }))');
    expect(argumentOf(body, 'default')).toBe('[]');
    expect(argumentOf(body, 'nullable')).toBeUndefined();
  });
});
