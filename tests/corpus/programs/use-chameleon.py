"""Templates with loops, macros, translation and other encodings."""
import pathlib
import tempfile

import chameleon

page = chameleon.PageTemplate('<ul xmlns:tal="http://xml.zope.org/namespaces/tal"><li tal:repeat="n names" tal:content="n">x</li></ul>')
print(page(names=["ä", "<b>"]))
print(chameleon.PageTextTemplate("Hello ${name}!")(name="you"))
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "page.pt")
    for encoding in ("utf-8", "-".join(map(str, ["utf", 16, "be"]))):
        file.write_bytes("\ufeff<p>${1 + 1} ä</p>".encode(encoding))
        print(chameleon.PageTemplateFile(str(file))().strip("\ufeff"))
try:
    chameleon.PageTemplate("${1/0}")()
except ZeroDivisionError as error:
    print(str(error).splitlines()[0])
