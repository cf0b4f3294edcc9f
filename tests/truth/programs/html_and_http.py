import html, html.parser, http.cookies
print(html.unescape("&eacute;"), http.cookies.SimpleCookie("a=b")["a"].value)
