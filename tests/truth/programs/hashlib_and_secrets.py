# options: strip
import hashlib, hmac, secrets
print(hashlib.sha256(b"a").hexdigest(), hashlib.blake2b(b"a").hexdigest()[:8], hmac.new(b"k", b"m", "sha256").hexdigest()[:8], len(secrets.token_hex(4)))
