import xml.sax, xml.sax.handler
class H(xml.sax.handler.ContentHandler):
    def startElement(self, name, attrs): print(name)
xml.sax.parseString("<a><b/></a>", H())
