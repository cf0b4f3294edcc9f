# options: strip-lines
import pydoc
print(pydoc.plaintext.document(len)[:3])
