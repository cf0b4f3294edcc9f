# options: source-lines
import unittest
class T(unittest.TestCase):
    def test(self): self.assertEqual([1], [2])
import io; s = io.StringIO()
unittest.TextTestRunner(stream=s, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(s.getvalue().count("AssertionError: Lists differ"))
