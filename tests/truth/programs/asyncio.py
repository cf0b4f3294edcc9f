# options: source
import asyncio
async def main():
    print(await asyncio.to_thread(lambda: 5))
    print(await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2)))
asyncio.run(main())
