# options: source-lines
import queue, heapq, bisect, sched, time
q = queue.PriorityQueue(); q.put(1); print(q.get(), heapq.nlargest(1, [1, 2]), bisect.bisect([1], 1))
s = sched.scheduler(time.time, time.sleep); s.enter(0, 1, print, ("x",)); s.run()
