"""Tasks in a group, streams between them, and a thread."""
import anyio


async def produce(stream):
    async with stream:
        for number in range(3):
            await stream.send(number)


async def main():
    send, receive = anyio.create_memory_object_stream()
    async with anyio.create_task_group() as group:
        group.start_soon(produce, send)
        async with receive:
            async for item in receive:
                print(item)
    print(await anyio.to_thread.run_sync(sum, [1, 2, 3]))
    with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(5)
    print(scope.cancelled_caught)


anyio.run(main)
