import unittest
class T(unittest.IsolatedAsyncioTestCase):
    async def test(self): print("ran")
unittest.TextTestRunner(stream=open("/dev/null", "w")).run(T("test"))
