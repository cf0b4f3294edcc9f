"""Templates with control lines, functions and filters."""
from mako.lookup import TemplateLookup
from mako.template import Template

print(Template("% for i in range(3):\n${i} \n% endfor\n<%def name='f(x)'>[${x|h}]</%def>${f('<')}").render())
lookup = TemplateLookup()
lookup.put_string("base", "<b>${self.body()}</b>")
lookup.put_string("page", "<%inherit file='base'/>${name.upper()}")
print(lookup.get_template("page").render(name="ann"))
