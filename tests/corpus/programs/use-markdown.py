"""Markdown with extensions becomes HTML."""
import markdown

TEXT = "# Title\n\nText with *emphasis* and `code`.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\nA note[^1].\n\n[^1]: The note.\n"
print(markdown.markdown(TEXT, extensions=["tables", "fenced_code", "footnotes", "toc", "attr_list"]))
converter = markdown.Markdown(extensions=["meta", "extra"])
print(converter.convert("author: Ann\n\nText"), converter.Meta)
