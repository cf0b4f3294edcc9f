# options: strip-lines
import uuid
print(uuid.uuid3(uuid.NAMESPACE_DNS, "a"), uuid.uuid5(uuid.NAMESPACE_DNS, "a"), uuid.uuid4().version)
