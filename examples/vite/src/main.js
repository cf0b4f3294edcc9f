import { loadPyodide } from "pyodide";
import { stdLibURL } from "virtual:stdlib-pack";
import source from "./agenda.py?py";

const pyodide = await loadPyodide({ stdLibURL });
pyodide.runPython(source, { filename: "agenda.py" });
const agenda = pyodide.globals.get("agenda");

const text = document.getElementById("text");
const list = document.getElementById("agenda");

function show() {
  const items = JSON.parse(agenda(text.value)).map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  });
  list.replaceChildren(...items);
}

text.addEventListener("input", show);
show();
