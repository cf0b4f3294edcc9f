# options: source-lines
import xml.dom.minidom
print(xml.dom.minidom.parseString("<a><b/></a>").toprettyxml())
