# options: source
import tarfile, io
b = io.BytesIO(); t = tarfile.open(fileobj=b, mode="w:gz"); t.close(); print(len(b.getvalue()) > 0)
