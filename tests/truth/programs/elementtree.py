# options: strip
import xml.etree.ElementTree as ET
t = ET.fromstring("<a><b c='d'>e</b></a>")
print(ET.tostring(t), t.findall("./b[@c='d']"), ET.tostring(t, encoding="unicode")) if False else print(ET.tostring(t), len(t.findall("./b[@c='d']")))
