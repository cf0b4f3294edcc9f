// What stdlib-pack reports, as bundlers show it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** An error of the program in its own words, with the place of the first one. */
export function located(error, root) {
  const [diagnostic] = error.diagnostics ?? [];
  return { message: error.message, ...(diagnostic && placeOf(diagnostic, root)) };
}

/** A warning. */
export const warning = (diagnostic, root) => {
  const { code, message, notes = [], help } = diagnostic;
  const lines = [`warning[${code}]: ${message}`, ...notes, ...(help ? [`help: ${help}`] : [])];
  return { message: lines.join("\n  "), ...placeOf(diagnostic, root) };
};

function placeOf({ file, line, column = 1 }, root) {
  if (!file || !line) return {};
  const path = resolve(root, file);
  return { id: path, loc: { file: path, line, column }, frame: frame(path, line, column) };
}

/** The line of a place with a mark below it; nothing if the file cannot be read as text. */
function frame(path, line, column) {
  try {
    const text = readFileSync(path, "utf8").split(/\r\n|\r|\n/)[line - 1];
    const before = `${line} | `;
    const indent = [...text].slice(0, column - 1).join("").replace(/[^\t]/g, " ");
    return `${before}${text}\n${" ".repeat(before.length - 2)}| ${indent}^`;
  } catch {
    return undefined;
  }
}
