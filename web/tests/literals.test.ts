// No text a person reads stands in a component: it comes from the catalogues.
import ts from "typescript";
import { expect, test } from "vitest";
import { sources } from "./source";

const SPOKEN = new Set([
  "title",
  "placeholder",
  "alt",
  "label",
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "aria-valuetext",
  "description",
  "hint",
  "data-tip",
  "text",
]);
// A letter of any script; signs, digits, key names in <kbd> and the product's own name are not text.
const WORDS = /\p{L}/u;
const NAMES = /^(Luban|鲁班|中|EN|Luban 鲁班|JSON|YAML|(⌘|Ctrl|Shift|Alt|Esc|Tab|Enter|[A-Z]| )+)$/;
// What stands for itself in every language: an address, the id of a model.
const EXAMPLES = /^[!-~]+[/:][!-~]+$/;

function spoken(text: string): boolean {
  const trimmed = text.trim();
  return WORDS.test(trimmed) && !NAMES.test(trimmed) && !EXAMPLES.test(trimmed);
}

function strings(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
  if (ts.isConditionalExpression(node))
    return [...strings(node.whenTrue), ...strings(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return strings(node.expression);
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const right = strings(node.right);
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return right;
    const either = [
      ts.SyntaxKind.BarBarToken,
      ts.SyntaxKind.QuestionQuestionToken,
      ts.SyntaxKind.PlusToken,
    ].includes(kind);
    return either ? [...strings(node.left), ...right] : [];
  }
  return [];
}

function literals(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (node: ts.Node, said: string) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (spoken(said)) found.push(`${path}:${line}: ${said.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text);
    const child = ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent);
    if (child && node.expression) for (const said of strings(node.expression)) note(node, said);
    if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText()) && node.initializer) {
      const value = ts.isJsxExpression(node.initializer)
        ? node.initializer.expression
        : node.initializer;
      if (value) for (const said of strings(value)) note(node, said);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("the check sees text in every place it can hide", () => {
  expect(literals("a.tsx", "<p>Hello</p>")).toHaveLength(1);
  expect(literals("a.tsx", "<p>你好</p>")).toHaveLength(1);
  expect(literals("a.tsx", "<p>{on ? 'Yes' : 'No'}</p>")).toHaveLength(2);
  expect(literals("a.tsx", "<input placeholder='Search' />")).toHaveLength(1);
  expect(literals("a.tsx", "<b data-tip={`Delete $" + "{name}`} />")).toHaveLength(1);
  expect(literals("a.tsx", "<p>{name ?? 'Nobody'}{n === 'x' && <b />}</p>")).toHaveLength(1);
  expect(literals("a.tsx", "<p>{t('a.b')} · {n} × 3</p>")).toEqual([]);
});

test("components hold no text of their own", () => {
  const found = sources(/(?<!\.test)\.tsx$/).flatMap(({ path, text }) => literals(path, text));
  expect(found).toEqual([]);
}, 20_000);
