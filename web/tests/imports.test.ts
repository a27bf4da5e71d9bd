// Who may import whom. Folder names are the floors of the browser app.
import { posix } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { sources } from "./source";

/** For each folder: folders of ours it may import besides itself. "api/types" allows only that file. */
const ALLOWED: Record<string, string[]> = {
  api: [],
  editor: ["api/types"],
  ui: [],
  forms: ["ui", "api/types"],
  access: ["api", "forms", "ui"],
  live: ["api", "forms", "ui", "values"],
  values: ["ui", "api/types", "api/address"],
  canvas: ["editor", "live", "ui", "values", "api/types"],
  features: ["access", "api", "canvas", "editor", "forms", "live", "ui", "values"],
  app: [
    "access",
    "api",
    "canvas",
    "editor",
    "features",
    "forms",
    "live",
    "locales",
    "ui",
    "values",
  ],
  locales: [],
};

/** Packages a folder must never see, whatever they offer. */
const FOREIGN: Record<string, RegExp> = {
  editor: /^(react|react-dom|react-i18next|@xyflow\/.*|@tanstack\/react-.*|zustand\/react)$/,
  api: /^(react|react-dom|react-i18next|@xyflow\/.*)$/,
  ui: /^(@xyflow\/.*|@tanstack\/react-query|openapi-fetch)$/,
  forms: /^(@xyflow\/.*|@tanstack\/react-query|openapi-fetch)$/,
  access: /^(@xyflow\/.*)$/,
  features: /^(@xyflow\/.*)$/,
};

const NETWORK = new Set(["fetch", "EventSource", "XMLHttpRequest", "WebSocket"]);

interface Import {
  from: string;
  line: number;
}

function importsOf(path: string, text: string): Import[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
  const found: Import[] = [];
  const note = (node: ts.Node, specifier: ts.Node | undefined) => {
    if (specifier && ts.isStringLiteralLike(specifier)) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ from: specifier.text, line });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      note(node, node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      note(node, node.argument.literal);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node, node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function asksNetwork(path: string, text: string): boolean {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
  const visit = (node: ts.Node): boolean => {
    const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression : null;
    if (called && ts.isIdentifier(called) && NETWORK.has(called.text)) return true;
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(file);
}

/** The path below src that a specifier means, or null for a package. */
function target(path: string, specifier: string): string | null {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return posix.normalize(posix.join(posix.dirname(path), specifier));
  return null;
}

function faults(path: string, text: string): string[] {
  const [folder = "", feature = ""] = path.split("/");
  const allowed = ALLOWED[folder];
  if (path === "main.tsx" || path.endsWith(".d.ts")) return [];
  if (!allowed) return [`${path}: no rule for the folder ${folder}`];
  const found: string[] = [];
  for (const { from, line } of importsOf(path, text)) {
    const to = target(path, from);
    const where = `${path}:${line}: `;
    if (to === null) {
      if (FOREIGN[folder]?.test(from)) found.push(`${where}${folder} must not know ${from}`);
      continue;
    }
    const [toFolder = "", toFeature = ""] = to.split("/");
    if (toFolder === folder) {
      if (folder === "features" && toFeature !== feature)
        found.push(`${where}features are strangers: ${feature} imports ${toFeature}`);
      continue;
    }
    const test = /\.test\.tsx?$/.test(path);
    if (test && toFolder === "locales") continue;
    const ok = allowed.some((rule) => to === rule || to.startsWith(`${rule}/`));
    if (!ok) found.push(`${where}${folder} must not import ${to}`);
  }
  if (folder !== "api" && !/\.test\.tsx?$/.test(path) && asksNetwork(path, text))
    found.push(`${path}: api alone fetches`);
  return found;
}

test("the rules see a bad import", () => {
  expect(faults("editor/a.ts", 'import { useState } from "react";')).toHaveLength(1);
  expect(faults("features/home/a.ts", 'import x from "../run/b";')).toHaveLength(1);
  expect(faults("ui/a.ts", 'import x from "@/api/client";')).toHaveLength(1);
  expect(faults("forms/a.ts", 'const x = await import("@/features/run/b");')).toHaveLength(1);
  expect(faults("features/home/a.ts", "await fetch('/x')")).toHaveLength(1);
  expect(faults("canvas/a.ts", 'import { doc } from "@/editor/doc";')).toEqual([]);
});

test("folders import only what they may", () => {
  const found = sources(/\.tsx?$/).flatMap(({ path, text }) => faults(path, text));
  expect(found).toEqual([]);
}, 20_000);
