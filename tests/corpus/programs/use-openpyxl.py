"""A workbook is written and read."""
import datetime
import io

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

book = Workbook()
sheet = book.active
sheet.append(["name", "when", "value"])
sheet.append(["ann", datetime.date(2020, 1, 2), 1.5])
sheet["A1"].font = Font(bold=True)
sheet["D2"] = "=C2*2"
file = io.BytesIO()
book.save(file)
again = load_workbook(io.BytesIO(file.getvalue()))
print([[cell.value for cell in row] for row in again.active.iter_rows()], again.active["A1"].font.bold)
