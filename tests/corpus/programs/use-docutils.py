"""reStructuredText becomes HTML and LaTeX."""
from docutils.core import publish_parts

TEXT = """
Title
=====

A paragraph with *emphasis*, ``code`` and a link_.

.. _link: https://example.org

.. note:: A note.

.. code:: python

   print(1)

=====  =====
A      B
=====  =====
1      2
=====  =====
"""
for writer in ("html5", "latex"):
    parts = publish_parts(TEXT, writer=writer, settings_overrides={"warning_stream": None})
    print(len(parts["whole"]) > 500, parts["title"], parts["body"][:200])
