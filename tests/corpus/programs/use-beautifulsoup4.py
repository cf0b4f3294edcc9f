"""A page is parsed by two parsers and searched."""
from bs4 import BeautifulSoup

PAGE = b"<html><head><meta charset='iso-8859-1'><title>A page</title></head><body><p class=x>caf\xe9 <a href='/b'>link</a></p></body></html>"
for parser in ("html.parser", "html5lib"):
    soup = BeautifulSoup(PAGE, parser)
    print(soup.title.string, soup.original_encoding, soup.select_one("p.x").get_text())
    print([a["href"] for a in soup.find_all("a")])
    print(soup.p.prettify())
