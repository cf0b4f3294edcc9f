"""A site is built from two pages."""
import logging
import pathlib
import tempfile

from mkdocs.commands.build import build
from mkdocs.config import load_config

logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text("# Home\n\n[Other](other.md)\n")
    (folder / "docs" / "other.md").write_text("# Other\n\n```python\nx = 1\n```\n")
    (folder / "mkdocs.yml").write_text("site_name: Demo\nplugins: [search]\n")
    config = load_config(str(folder / "mkdocs.yml"))
    build(config)
    print(sorted(path.name for path in (folder / "site").glob("*"))[:8])
    print("<title>" in (folder / "site" / "other" / "index.html").read_text())
