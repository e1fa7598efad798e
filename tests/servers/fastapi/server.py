import asyncio, json, os
from fastapi import Body, FastAPI, Request
from fastapi.responses import Response, StreamingResponse

LAST = 40
app = FastAPI()


async def ticks(last_id):
    try:
        yield "retry: 1000\n\n"
        for n in range(last_id + 1, LAST + 1):
            yield f"id: {n}\nevent: tick\ndata: {json.dumps({'n': n})}\n\n"
            await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        print("left", flush=True)
        raise


@app.get("/events")
async def events(request: Request, ticket: str = ""):
    if request.headers.get("authorization") != "Bearer secret" and ticket != "secret":
        return Response(status_code=401)
    if os.path.exists("deploying"):
        return Response(status_code=503, headers={"Retry-After": "1"})
    last_id = int(request.headers.get("last-event-id", 0))
    if last_id >= LAST:
        return Response(status_code=204)  # the client doesn't come back
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(ticks(last_id), media_type="text/event-stream", headers=headers)


@app.post("/chat")
async def chat(prompt: str = Body(embed=True)):
    async def words():
        for word in prompt.split():
            yield f"data: {json.dumps(word)}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(words(), media_type="text/event-stream")
