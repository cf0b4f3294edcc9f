# options: strip-lines
import optparse, getopt, shlex, cmd, code
print(optparse.OptionParser().parse_args([])[1], getopt.getopt(["-a"], "a"), shlex.split("a 'b c'"))
class C(cmd.Cmd):
    def do_x(self, line): print("x", line)
C().onecmd("x 1"); code.InteractiveInterpreter().runsource("print(5)")
