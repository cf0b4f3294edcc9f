"""Models are checked, dumped, and described by a schema."""
import datetime
import json

from pydantic import BaseModel, EmailStr, Field, ValidationError, field_validator  # noqa: F401


class Item(BaseModel):
    name: str = Field(min_length=2)
    price: float = 1.0
    when: datetime.date | None = None
    tags: list[str] = []

    @field_validator("name")
    @classmethod
    def upper(cls, value):
        return value.upper()


print(Item(name="ab", when="2020-01-02").model_dump_json())
print(json.dumps(Item.model_json_schema(), sort_keys=True))
try:
    Item(name="a", price="x")
except ValidationError as error:
    print(error.error_count(), [problem["type"] for problem in error.errors()])
