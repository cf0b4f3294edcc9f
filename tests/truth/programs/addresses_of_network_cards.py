# options: source
import uuid
print(uuid.getnode() > 0, uuid.uuid1().version, uuid._GETTERS[-1].__name__)
