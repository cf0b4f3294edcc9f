"""Makes each call that the targets list under failing-calls, and prints the outcome of each: NAME fails, or NAME works."""

import sys

CALLS = {
    "_thread.start_new_thread": "_thread.start_new_thread(print, ())",
    "asyncio.Runner": "asyncio.Runner().get_loop()",
    "asyncio.create_subprocess_exec": "drive(asyncio.create_subprocess_exec('true'))",
    "asyncio.create_subprocess_shell": "drive(asyncio.create_subprocess_shell('true'))",
    "asyncio.new_event_loop": "asyncio.new_event_loop()",
    "asyncio.run": "asyncio.run(asyncio.sleep(0))",
    "asyncio.to_thread": "drive(asyncio.to_thread(print))",
    "breakpoint": "breakpoint()",
    "concurrent.futures.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor().submit(int)",
    "concurrent.futures.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor().submit(int)",
    "faulthandler.dump_traceback_later": "faulthandler.dump_traceback_later(9)",
    "http.server.ThreadingHTTPServer": "http.server.ThreadingHTTPServer.process_request(threaded(), None, None)",
    "multiprocessing.Manager": "multiprocessing.Manager()",
    "multiprocessing.Pool": "multiprocessing.Pool(1)",
    "multiprocessing.Process": "multiprocessing.Process(target=print).start()",
    "multiprocessing.pool.ThreadPool": "multiprocessing.pool.ThreadPool(1)",
    "os.exec*": "os.execv('/bin/true', ['true'])",
    "os.fork*": "os.fork()",
    "os.kill": "os.kill(os.getpid(), 0)",
    "os.pipe": "os.pipe()",
    "os.popen": "os.popen('true').read()",
    "os.posix_spawn*": "os.posix_spawn('/bin/true', ['true'], {})",
    "os.spawn*": "os.spawnv(os.P_WAIT, '/bin/true', ['true'])",
    "os.system": "os.system('true') and 1 / 0",
    "os.wait*": "os.wait()",
    "pdb.set_trace": "pdb.set_trace()",
    "pty.fork": "pty.fork()",
    "pty.spawn": "pty.spawn(['true'])",
    "signal.alarm": "signal.alarm(1)",
    "signal.setitimer": "signal.setitimer(signal.ITIMER_REAL, 1)",
    "signal.sigtimedwait": "signal.sigtimedwait([signal.SIGINT], 0)",
    "signal.sigwait": "signal.sigwait([signal.SIGINT])",
    "signal.sigwaitinfo": "signal.sigwaitinfo([signal.SIGINT])",
    "socketserver.ThreadingTCPServer": "socketserver.ThreadingTCPServer.process_request(threaded(), None, None)",
    "socketserver.ThreadingUDPServer": "socketserver.ThreadingUDPServer.process_request(threaded(), None, None)",
    "subprocess.Popen": "subprocess.Popen(['true'])",
    "subprocess.call": "subprocess.call(['true'])",
    "subprocess.check_call": "subprocess.check_call(['true'])",
    "subprocess.check_output": "subprocess.check_output(['true'])",
    "subprocess.getoutput": "subprocess.getoutput('true')",
    "subprocess.getstatusoutput": "subprocess.getstatusoutput('true')",
    "subprocess.run": "subprocess.run(['true'])",
    "threading.Thread": "threading.Thread(target=print).start()",
    "threading.Timer": "threading.Timer(0, print).start()",
}


def drive(coroutine):
    """Runs a coroutine in the loop that the target has, up to where it first waits."""
    import asyncio

    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(loop)
    try:
        coroutine.send(None)
    finally:
        asyncio._set_running_loop(None)


def threaded():
    """A stand-in for a server with threads."""
    import socketserver

    class Server(socketserver.ThreadingMixIn):
        pass

    return Server()


def outcome(name, code):
    try:
        modules = {"drive": drive, "threaded": threaded}
        parts = name.split(".")[:-1]
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            modules[parts[0]] = modules.get(parts[0]) or __import__(module)
            __import__(module)
        exec(code, modules)
    except BaseException:
        return "fails"
    return "works"


for name, code in CALLS.items():
    print(name, outcome(name, code), flush=True)
