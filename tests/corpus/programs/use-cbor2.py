"""Values of all kinds are written and read."""
import datetime
import decimal
import fractions
import ipaddress
import re
import uuid

import cbor2

values = [1, -2.5, "ä", b"\0", [None, True], {"a": {1, 2}}, 2**70, decimal.Decimal("1.5"), fractions.Fraction(1, 3),
          datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc), datetime.date(2026, 1, 2), uuid.UUID(int=5),
          ipaddress.ip_address("::1"), re.compile("a+")]
for value in values:
    data = cbor2.dumps(value)
    print(data.hex(), cbor2.loads(data) == value)
print(cbor2.loads(bytes.fromhex("d81e820102")))
try:
    cbor2.loads(b"\x82")
except cbor2.CBORDecodeError as error:
    print(type(error).__name__)
