"""XML becomes a dict, and back."""
import xmltodict

data = xmltodict.parse("<?xml version='1.0'?><a x='1'><b>c</b><b>d</b><e/></a>")
print(data, xmltodict.unparse(data, pretty=True))
