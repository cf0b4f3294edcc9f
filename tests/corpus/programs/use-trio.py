"""Tasks in a nursery, a channel, a time limit and an error group."""
import trio


async def produce(channel):
    async with channel:
        for number in range(3):
            await channel.send(number)


async def fail():
    raise ValueError("no")


async def main():
    send, receive = trio.open_memory_channel(0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(produce, send)
        async for number in receive:
            print(number)
    with trio.move_on_after(0.01) as scope:
        await trio.sleep_forever()
    print(scope.cancelled_caught, await trio.to_thread.run_sync(len, "abc"))
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)
    except* ValueError as group:
        print(group.exceptions)


trio.run(main)
