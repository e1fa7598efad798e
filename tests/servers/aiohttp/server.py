import asyncio, json, os
from aiohttp import web

LAST = 40


async def events(request):
    if request.headers.get("Authorization") != "Bearer secret" and request.query.get("ticket") != "secret":
        return web.Response(status=401)
    if os.path.exists("deploying"):
        return web.Response(status=503, headers={"Retry-After": "1"})
    last_id = int(request.headers.get("Last-Event-ID", 0))
    if last_id >= LAST:
        return web.Response(status=204)  # the client doesn't come back
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    try:
        await response.write(b"retry: 1000\n\n")
        for n in range(last_id + 1, LAST + 1):
            await response.write(f"id: {n}\nevent: tick\ndata: {json.dumps({'n': n})}\n\n".encode())
            await asyncio.sleep(0.05)
    except (ConnectionResetError, asyncio.CancelledError):
        print("left", flush=True)
    return response


async def chat(request):
    prompt = (await request.json())["prompt"]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for word in prompt.split():
        await response.write(f"data: {json.dumps(word)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response


app = web.Application()
app.add_routes([web.get("/events", events), web.post("/chat", chat)])
if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]))
