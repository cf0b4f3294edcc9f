"""A file with pages, metadata and an encrypted copy is written and read."""
import io

import pypdf

writer = pypdf.PdfWriter()
for width in (100, 200):
    writer.add_blank_page(width=width, height=300)
writer.add_metadata({"/Title": "Größe", "/Author": "nobody"})
writer.add_outline_item("second", 1)
file = io.BytesIO()
writer.write(file)
reader = pypdf.PdfReader(file)
print(len(reader.pages), reader.metadata.title, [page.mediabox.width for page in reader.pages])
print([item.title for item in reader.outline], repr(reader.pages[0].extract_text()))
try:
    pypdf.PdfReader(io.BytesIO(b"no file"))
except pypdf.errors.PdfReadError as error:
    print(type(error).__name__, error)
