# options: strip-lines
import sqlite3
c = sqlite3.connect(":memory:"); c.execute("create table t(x)"); print(list(c.iterdump()))
