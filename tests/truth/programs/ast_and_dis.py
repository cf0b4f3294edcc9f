# options: source-lines
import ast, dis, io
print(ast.dump(ast.parse("a+1")), ast.unparse(ast.parse("x = '\\n'")), ast.literal_eval("[1]"))
dis.dis("a", file=io.StringIO())
