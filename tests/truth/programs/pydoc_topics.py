# options: source
import pydoc, io
pydoc.Helper(output=io.StringIO()).showtopic("IF")
print("ok")
