"""Models on sqlite."""
import datetime

import peewee

database = peewee.SqliteDatabase(":memory:")


class User(peewee.Model):
    name = peewee.CharField(unique=True)
    born = peewee.DateField(default=datetime.date(2000, 1, 1))

    class Meta:
        database = database


database.create_tables([User])
User.create(name="ann")
User.insert_many([{"name": "bob"}, {"name": "cid"}]).execute()
print([user.name for user in User.select().where(User.name << ["ann", "bob"]).order_by(User.name.desc())])
try:
    User.create(name="ann")
except peewee.IntegrityError as error:
    print(error)
print(User.select(peewee.fn.COUNT(User.id)).scalar(), User.get(User.name == "bob").born)
