# options: source-lines
import pkgutil, json
print([m.name for m in pkgutil.iter_modules()][:0], pkgutil.resolve_name("json:loads")("1"))
