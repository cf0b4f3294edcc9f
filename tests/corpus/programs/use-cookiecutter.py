"""A project is made from a template."""
import json
import pathlib
import tempfile

from cookiecutter.main import cookiecutter

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    inner = folder / "template" / "{{cookiecutter.name}}"
    inner.mkdir(parents=True)
    (folder / "template" / "cookiecutter.json").write_text(json.dumps({"name": "demo", "year": "2020"}))
    (inner / "README.md").write_text("# {{cookiecutter.name}} {{cookiecutter.year}}\n")
    result = cookiecutter(str(folder / "template"), no_input=True, output_dir=str(folder / "out"), extra_context={"name": "mine"},
                          default_config=True)
    print(pathlib.Path(result).name, (pathlib.Path(result) / "README.md").read_text())
