import json, os, time
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

LAST = 40


def ticks(last_id):
    try:
        yield "retry: 1000\n\n"
        for n in range(last_id + 1, LAST + 1):
            yield f"id: {n}\nevent: tick\ndata: {json.dumps({'n': n})}\n\n"
            time.sleep(0.05)
    except GeneratorExit:
        print("left", flush=True)
        raise


def events(request):
    if request.headers.get("Authorization") != "Bearer secret" and request.GET.get("ticket") != "secret":
        return HttpResponse(status=401)
    if os.path.exists("deploying"):
        return HttpResponse(status=503, headers={"Retry-After": "1"})
    last_id = int(request.headers.get("Last-Event-ID", 0))
    if last_id >= LAST:
        return HttpResponse(status=204)  # the client doesn't come back
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(ticks(last_id), content_type="text/event-stream", headers=headers)


def chat(request):
    words = [f"data: {json.dumps(word)}\n\n" for word in json.loads(request.body)["prompt"].split()]
    return StreamingHttpResponse([*words, "data: [DONE]\n\n"], content_type="text/event-stream")


urlpatterns = [path("events", events), path("chat", chat)]
settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="secret", ALLOWED_HOSTS=["*"])
app = get_wsgi_application()
