# options: source-lines
import sqlite3, datetime
c = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES); c.row_factory = sqlite3.Row
c.create_function("twice", 1, lambda x: 2 * x)
print(tuple(c.execute("select twice(2), date('2024-01-01')").fetchone()))
