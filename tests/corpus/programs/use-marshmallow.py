"""Objects are loaded, checked and dumped."""
import datetime

from marshmallow import Schema, ValidationError, fields, validate


class User(Schema):
    name = fields.String(required=True, validate=validate.Length(min=2))
    mail = fields.Email()
    born = fields.Date()
    price = fields.Decimal(places=2, as_string=True)
    id = fields.UUID()


print(User().dump({"name": "ann", "born": datetime.date(2000, 1, 2), "price": "1.234"}))
print(User().load({"name": "ann", "mail": "a@b.org", "born": "2001-02-03"}))
try:
    User().load({"mail": "x", "born": "never", "id": "1"})
except ValidationError as error:
    print(error.messages)
