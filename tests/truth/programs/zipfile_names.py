# options: source-lines
import zipfile, io
b = io.BytesIO(); z = zipfile.ZipFile(b, "w"); z.writestr("a", "x"); z.close()
print(zipfile.ZipFile(b).read("a"), zipfile.ZipFile(b).namelist())
