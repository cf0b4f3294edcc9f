# options: strip-lines
import base64
print(base64.b64encode(b"a"), base64.b85decode(base64.b85encode(b"a")), base64.a85encode(b"a"))
