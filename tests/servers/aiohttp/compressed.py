import os
from aiohttp import web
from server import app

prepare = web.StreamResponse.prepare


async def compress(response, request):
    response.enable_compression()
    return await prepare(response, request)


web.StreamResponse.prepare = compress
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]))
