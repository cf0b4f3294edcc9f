import codecs
print(codecs.encode("abc", "rot13"), codecs.lookup("koi8-r").name, codecs.decode("YQ==", "base64") if False else codecs.encode(b"a", "hex"))
