import json, os, time
from flask import Flask, Response, request

LAST = 40
app = Flask(__name__)


def ticks(last_id):
    try:
        yield "retry: 1000\n\n"
        for n in range(last_id + 1, LAST + 1):
            yield f"id: {n}\nevent: tick\ndata: {json.dumps({'n': n})}\n\n"
            time.sleep(0.05)
    except GeneratorExit:
        print("left", flush=True)
        raise


@app.get("/events")
def events():
    if request.headers.get("Authorization") != "Bearer secret" and request.args.get("ticket") != "secret":
        return Response(status=401)
    if os.path.exists("deploying"):
        return Response(status=503, headers={"Retry-After": "1"})
    last_id = int(request.headers.get("Last-Event-ID", 0))
    if last_id >= LAST:
        return Response(status=204)  # the client doesn't come back
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(ticks(last_id), mimetype="text/event-stream", headers=headers)


@app.post("/chat")
def chat():
    words = [f"data: {json.dumps(word)}\n\n" for word in request.json["prompt"].split()]
    return Response(iter([*words, "data: [DONE]\n\n"]), mimetype="text/event-stream")
