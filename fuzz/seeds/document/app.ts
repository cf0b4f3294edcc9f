import type { PyodideInterface } from "pyodide";
const source: string = `
    import decimal
    from a import (b,
        c)
`;
export async function run(py: PyodideInterface, options = { python: "import csv" }) {
  await py.loadPackage(["numpy", `x${1}`]);
  return py.runPython(source + "\nprint(decimal)", { globals: py.toPy({}) });
}
export const Button = () => <button onClick={() => pyodide.runPython(String.raw`print("\n")`)}>Go</button>;
