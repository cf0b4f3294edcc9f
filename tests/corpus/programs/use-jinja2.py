"""Templates with inheritance, filters, macros and errors."""
import jinja2

environment = jinja2.Environment(loader=jinja2.DictLoader({
    "base.html": "<title>{% block title %}base{% endblock %}</title>",
    "page.html": "{% extends 'base.html' %}{% block title %}{{ title|upper|e }} {{ items|sum(attribute='n') }}{% endblock %}",
    "macro.html": "{% macro li(x) %}<li>{{ x }}{% endmacro %}{% for i in range(3) %}{{ li(loop.index) }}{% endfor %}{{ data|tojson }}",
}), autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
print(environment.get_template("page.html").render(title="<a>", items=[{"n": 1}, {"n": 2}]))
print(environment.get_template("macro.html").render(data={"a": [1, None]}))
try:
    environment.from_string("{% if %}").render()
except jinja2.TemplateSyntaxError as error:
    print(error.message)
print(environment.from_string("{{ 'a b'|urlencode }} {{ 3.14159|round(2) }} {{ 'x'|center(5) }}").render())
